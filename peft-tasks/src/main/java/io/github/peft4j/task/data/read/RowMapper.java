package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes an example of a row.
 *
 * @param <T> the example
 */
public interface RowMapper<T> {

    /**
     * Told what the file is before anything else is asked, where the reader had to find out.
     *
     * @throws IllegalArgumentException if this is no file to make examples of
     */
    default void start(FoundFile file) {}

    /** Columns without which a table is refused at its header. */
    Set<String> columns();

    /**
     * The example of a row, or null to pass the row over.
     *
     * @throws IllegalArgumentException if the row is bad; its text says what is wrong with it
     */
    @Nullable T map(Row row);

    /** A mapper of rows that all become examples. */
    static <T> RowMapper<T> of(Function<Row, T> example, String... columns) {
        ImmutableSet<String> needed = ImmutableSet.copyOf(columns);
        return new RowMapper<>() {
            @Override
            public Set<String> columns() {
                return needed;
            }

            @Override
            public T map(Row row) {
                return example.apply(row);
            }
        };
    }

    /** The text of one column, which must not be empty. */
    static RowMapper<String> text(String column) {
        return of(row -> row.text(column), column);
    }
}
