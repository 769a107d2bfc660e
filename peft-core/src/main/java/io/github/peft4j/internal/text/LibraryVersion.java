package io.github.peft4j.internal.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this library, in a jar and in a folder of classes. */
public final class LibraryVersion {

    private LibraryVersion() {}

    /** What the build has written, or {@code unknown} for classes that no Maven build made. */
    public static String text() {
        Properties properties = new Properties();
        try (InputStream file = LibraryVersion.class.getResourceAsStream("version.properties")) {
            if (file != null) {
                properties.load(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String version = properties.getProperty("version", "");
        return version.isEmpty() || version.startsWith("${") ? "unknown" : version;
    }
}
