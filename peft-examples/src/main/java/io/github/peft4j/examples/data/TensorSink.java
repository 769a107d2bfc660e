package io.github.peft4j.examples.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SortedMap;

/** Writes named tensors into one file. */
@FunctionalInterface
interface TensorSink {

    /**
     * Writes a new file.
     *
     * @param file must not exist yet
     * @param tensors by checkpoint key
     */
    void write(Path file, SortedMap<String, FloatTensor> tensors) throws IOException;
}
