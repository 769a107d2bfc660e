package io.github.peft4j.task;

import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** Checkpoint folders put together from golden models, golden tokenizers and reported files. */
public final class Folders {

    private Folders() {}

    /** A file or folder of the test resources, e.g. {@code reports/labels-integers-csv}. */
    public static Path resource(String name) {
        try {
            var url = Folders.class.getResource("/" + name);
            if (url == null) {
                throw new AssertionError(name + " is not on the class path.");
            }
            return Path.of(url.toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Copies a golden model, a golden tokenizer and the files of a report, one over the other. */
    public static Path lay(Path folder, String model, String tokenizer, String report) {
        copy(Golden.path("models/" + model), folder);
        copy(resource("golden/tokenizers/" + tokenizer), folder);
        copy(resource("reports/" + report), folder);
        return folder;
    }

    /** Copies the files of a folder, not those of folders in it. */
    public static void copy(Path from, Path folder) {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(
                        file,
                        folder.resolve(file.getFileName()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
