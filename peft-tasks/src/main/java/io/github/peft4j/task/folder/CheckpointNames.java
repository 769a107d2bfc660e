package io.github.peft4j.task.folder;

import io.github.peft4j.hub.Hub;
import io.github.peft4j.hub.HubException;
import io.github.peft4j.hub.HubName;
import io.github.peft4j.hub.HubOptions;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Turns the base's name in an adapter's folder into a directory: one here, else the hub's. */
final class CheckpointNames {

    private CheckpointNames() {}

    static Path directory(Path adapter, String name, HubOptions hub) throws IOException {
        try {
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                return path;
            }
        } catch (InvalidPathException noPath) {
            // said below
        }
        String start =
                "%s was trained on '%s', which is not a directory here".formatted(adapter, name);
        String cure = " Or pass the base's directory: AdapterFolder.load(adapter, checkpoint).";
        if (!HubName.isValid(name)) {
            throw new FileNotFoundException(start + ", nor a name of the hub." + cure);
        }
        try {
            return new Hub(hub).pull(name);
        } catch (HubException e) {
            FileNotFoundException missing =
                    new FileNotFoundException(start + ". " + e.getMessage() + cure);
            missing.initCause(e);
            throw missing;
        }
    }
}
