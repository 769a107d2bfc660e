package io.github.peft4j.cli.hub;

import io.github.peft4j.hub.Hub;
import io.github.peft4j.hub.HubOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;

/** What a command's option means that takes a directory or a name of the hub. */
public final class HubDirectory {

    private HubDirectory() {}

    /**
     * The directory; downloads what the cache lacks of a name.
     *
     * @param err hears what is downloaded
     * @throws IOException if the text is neither a directory here nor found on the hub
     */
    public static Path of(String nameOrDirectory, PrintWriter err) throws IOException {
        return Hub.directory(
                nameOrDirectory,
                HubOptions.builder(System.getenv()).optListener(new PullProgress(err)).build());
    }
}
