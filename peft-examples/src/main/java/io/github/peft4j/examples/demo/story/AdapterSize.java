package io.github.peft4j.examples.demo.story;

import io.github.peft4j.config.PeftConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** How large an adapter is on disk. */
public final class AdapterSize {

    private AdapterSize() {}

    /** Bytes of the weights and the config; the model card is not counted. */
    public static long of(Path directory) throws IOException {
        return Files.size(directory.resolve("adapter_model.safetensors"))
                + Files.size(directory.resolve(PeftConfig.FILE_NAME));
    }

    /** A size for people: {@code 302 kB}, {@code 90.9 MB}. */
    public static String text(long bytes) {
        return bytes < 1_000_000
                ? String.format(Locale.ROOT, "%.0f kB", bytes / 1e3)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
