package io.github.peft4j.task.data.read;

import com.google.common.base.Joiner;
import com.google.common.collect.AbstractIterator;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.data.internal.FileSource;
import io.github.peft4j.task.data.internal.Utf8Lines;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The examples of a file, read one by one; only the row at hand is in memory.
 *
 * <p>What is wrong with the file comes as an {@link UncheckedIOException} that names file and line:
 * at the row, or at the end if the file had no example. Close it to close the file.
 *
 * @param <T> an example
 */
public final class RowStream<T> extends AbstractIterator<T> implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(RowStream.class);

    private final RowReader options;
    private final String file;
    private final InputStream bytes;
    private final RowParser parser;
    private final RowMapper<T> mapper;
    private final Set<String> splits = new TreeSet<>();
    private int examples;
    private int badRows;

    /** Starts at the first row; the source is closed with this stream. */
    RowStream(RowReader options, FileSource source, RowMapper<T> mapper) throws IOException {
        this.options = options;
        this.file = source.name();
        this.bytes = source.bytes();
        this.mapper = mapper;
        FoundFile found =
                options.format() instanceof RowFormat.Any any
                        ? FileSniffer.find(any, source)
                        : null;
        this.parser = parser(found == null ? options.format() : found.format(), source);
        try {
            start(found);
        } catch (IOException | RuntimeException refused) {
            parser.close();
            throw refused;
        }
    }

    private void start(@Nullable FoundFile found) throws IOException {
        if (found != null) {
            logger.atLevel(found.notes().isEmpty() ? Level.INFO : Level.WARN).log(found.describe());
            try {
                mapper.start(found);
            } catch (IllegalArgumentException bad) {
                throw new IOException("%s: %s".formatted(file, bad.getMessage()), bad);
            }
        }
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

    private static RowParser parser(RowFormat format, FileSource source) throws IOException {
        if (format instanceof RowFormat.Parquet) {
            Path path = source.path();
            if (path == null) {
                throw new IOException(
                        "%s is Parquet, which is read from a file alone. Copy it to one."
                                .formatted(source.name()));
            }
            return new ParquetParser(path);
        }
        if (format instanceof RowFormat.JsonArray array) {
            return new JsonArrayParser(array, source.name(), source.bytes());
        }
        Utf8Lines lines = new Utf8Lines(source.bytes());
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
        } catch (EOFException | ZipException damaged) {
            throw new UncheckedIOException(
                    new IOException(
                            "%s, %s: gzip ends here, or is damaged. Get the file again."
                                    .formatted(file, parser.place()),
                            damaged));
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
                "%s, %s: %s".formatted(file, parser.place(), JsonReasons.message(bad)), bad);
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
        try (bytes) {
            parser.close();
        }
    }
}
