package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * What a file gave.
 *
 * @param rows the examples in the order of the file
 * @param badRows rows that were left out because something was wrong with them
 * @param <T> an example
 */
public record Rows<T>(List<T> rows, int badRows) {

    /** Copies the collections. */
    public Rows {
        rows = ImmutableList.copyOf(rows);
    }
}
