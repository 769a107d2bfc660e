package io.github.peft4j.tuner;

import java.io.IOException;
import java.nio.file.Path;

/** Loads adapters that another adapter is made of, for the base that it is made for. */
@FunctionalInterface
public interface AdapterSource {

    /**
     * The adapter in a directory, its tensors filled; whoever receives it closes its set.
     *
     * @throws IOException if a file is missing or broken, or a tensor does not fit
     * @throws IllegalArgumentException if its config does not fit the base
     */
    CreatedAdapter<?> load(Path directory) throws IOException;
}
