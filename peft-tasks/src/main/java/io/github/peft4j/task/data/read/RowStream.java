package io.github.peft4j.task.data.read;

import com.google.common.base.Joiner;
import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The examples of a file, read one by one; only the row at hand is in memory.
 *
 * <p>What is wrong with the file comes as an {@link UncheckedIOException} that names file and line:
 * at the row, or at the end if the file had no example. Close it to close the file.
 *
 * @param <T> an example
 */
public final class RowStream<T> extends AbstractIterator<T> implements AutoCloseable {

    private final RowReader options;
    private final String file;
    private final InputStream bytes;
    private final RowParser parser;
    private final RowMapper<T> mapper;
    private final Set<String> splits = new TreeSet<>();
    private int examples;
    private int badRows;

    /** Starts at the first row; the stream is closed with this one. */
    RowStream(RowReader options, String file, InputStream bytes, RowMapper<T> mapper)
            throws IOException {
        this.options = options;
        this.file = file;
        this.bytes = bytes;
        this.mapper = mapper;
        this.parser = parser(options.format(), file, bytes);
        ImmutableSet.Builder<String> columns = ImmutableSet.builder();
        columns.addAll(mapper.columns());
        if (options.split() != null) {
            columns.add(options.splitColumn());
        }
        try {
            parser.start(columns.build());
        } catch (IllegalArgumentException bad) {
            throw at(bad);
        }
    }

    private static RowParser parser(RowFormat format, String file, InputStream bytes)
            throws IOException {
        if (format instanceof RowFormat.JsonArray array) {
            return new JsonArrayParser(array, file, bytes);
        }
        Utf8Lines lines = new Utf8Lines(bytes);
        if (format instanceof RowFormat.Table table) {
            return new TableParser(table, lines);
        }
        return format instanceof RowFormat.Conll conll
                ? new ConllParser(conll, lines)
                : new JsonLinesParser(lines);
    }

    /** Rows passed over so far because something was wrong with them. */
    public int badRows() {
        return badRows;
    }

    @Override
    protected @Nullable T computeNext() {
        try {
            while (true) {
                Row row = nextRow();
                if (row == null) {
                    requireExamples();
                    return endOfData();
                }
                T example = example(row);
                if (example != null) {
                    examples++;
                    return example;
                }
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private @Nullable Row nextRow() throws IOException {
        while (true) {
            try {
                return parser.next();
            } catch (IllegalArgumentException bad) {
                pass(bad);
            }
        }
    }

    /** Rows of other splits are mapped too, so that what a mapper learns depends on no split. */
    private @Nullable T example(Row row) throws IOException {
        try {
            T example = mapper.map(row);
            String split = options.split();
            if (split == null) {
                return example;
            }
            String own = row.get(options.splitColumn());
            splits.add(own);
            return split.equals(own) ? example : null;
        } catch (IllegalArgumentException bad) {
            pass(bad);
            return null;
        }
    }

    private void pass(IllegalArgumentException bad) throws IOException {
        badRows++;
        if (!options.skipBadRows()) {
            throw at(bad);
        }
    }

    private IOException at(IllegalArgumentException bad) {
        return new IOException(
                "%s, line %d: %s".formatted(file, parser.line(), JsonReasons.message(bad)), bad);
    }

    private void requireExamples() throws IOException {
        if (options.split() != null && !splits.contains(options.split())) {
            throw new IOException(
                    "%s has no row of split '%s'. Splits here: %s. Correct optSplit."
                            .formatted(file, options.split(), Joiner.on(", ").join(splits)));
        }
        if (examples == 0) {
            throw new IOException(
                    "%s gives 0 examples. Check the file and what is left out or skipped."
                            .formatted(file));
        }
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }
}
