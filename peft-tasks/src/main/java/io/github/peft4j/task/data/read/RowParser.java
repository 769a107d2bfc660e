package io.github.peft4j.task.data.read;

import java.io.Closeable;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pass over the rows of one file. */
interface RowParser extends Closeable {

    /**
     * Reads what stands before the first row.
     *
     * @param columns the fields that rows must have
     * @throws IllegalArgumentException if the file cannot have them
     */
    void start(Set<String> columns) throws IOException;

    /**
     * The next row, or null at the end.
     *
     * @throws IllegalArgumentException if the row is bad; the rows after it can be read
     */
    @Nullable Row next() throws IOException;

    /** Where the row that was read last starts, e.g. {@code line 3}. */
    String place();

    /** Closes what the parser has opened itself; the stream belongs to the caller. */
    @Override
    default void close() throws IOException {}
}
