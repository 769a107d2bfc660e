package io.github.peft4j.task.folder;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Turns the base's name in an adapter's folder into a directory. */
final class CheckpointNames {

    private CheckpointNames() {}

    static Path directory(Path adapter, String name) throws IOException {
        try {
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                return path;
            }
        } catch (InvalidPathException noPath) {
            // said below
        }
        throw new FileNotFoundException(
                ("%s was trained on '%s', which is not a directory here. Download that model (for one of the"
                                + " Hugging Face hub: huggingface-cli download %s --local-dir DIR) and"
                                + " pass its directory: AdapterFolder.load(adapter, checkpoint).")
                        .formatted(adapter, name, name));
    }
}
