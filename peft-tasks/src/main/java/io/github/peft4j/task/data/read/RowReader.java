package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.internal.FileSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads examples from tables, JSON and Parquet.
 *
 * <p>Every row is checked, also those of other splits.
 *
 * @param format how the file is cut into rows
 * @param split the split to read; null for all rows
 * @param splitColumn the column that names each row's split; default {@code split}
 * @param skipBadRows whether a bad row is counted and left out instead of refusing the file
 */
public record RowReader(
        RowFormat format, @Nullable String split, String splitColumn, boolean skipBadRows) {

    /**
     * Reads a whole file.
     *
     * @throws IOException if the file cannot be read, a column is missing, a row is bad (its line
     *     and what is wrong with it are named), or no row of the wanted split is there
     */
    public <T> Rows<T> read(Path file, RowMapper<T> mapper) throws IOException {
        try (RowStream<T> stream = open(file, mapper)) {
            return drain(stream);
        }
    }

    /**
     * Reads a file that is no {@link Path}, such as a resource in a jar; the caller closes it.
     *
     * @param name what errors call it
     * @throws IOException as {@link #read(Path, RowMapper)}
     */
    public <T> Rows<T> read(InputStream bytes, String name, RowMapper<T> mapper)
            throws IOException {
        return drain(open(bytes, name, mapper));
    }

    /**
     * Opens a file to be read row by row, however large it is.
     *
     * @throws IOException if the file cannot be opened or its header lacks a column
     */
    public <T> RowStream<T> open(Path file, RowMapper<T> mapper) throws IOException {
        return open(FileSource.of(file), mapper);
    }

    /**
     * Reads a stream row by row; its end closes nothing, {@link RowStream#close} closes the stream.
     *
     * @param name what errors call it
     */
    public <T> RowStream<T> open(InputStream bytes, String name, RowMapper<T> mapper)
            throws IOException {
        return new RowStream<>(
                this,
                format instanceof RowFormat.Any
                        ? FileSource.unpacked(bytes, name)
                        : FileSource.of(bytes, name),
                mapper);
    }

    private <T> RowStream<T> open(FileSource source, RowMapper<T> mapper) throws IOException {
        try {
            return new RowStream<>(this, source, mapper);
        } catch (IOException | RuntimeException refused) {
            source.bytes().close();
            throw refused;
        }
    }

    /**
     * Looks at the beginning of a file and says what it is, before it is read; a format that this
     * reader was given does not count.
     *
     * @throws IOException if it is empty, of a kind that cannot be read, or may be read in two
     *     ways: the option that decides is named
     */
    public FoundFile find(Path file) throws IOException {
        FileSource source = FileSource.of(file);
        try (InputStream closed = source.bytes()) {
            RowFormat any = format instanceof RowFormat.Any ? format : RowFormat.ANY;
            return FileSniffer.find((RowFormat.Any) any, source);
        }
    }

    private static <T> Rows<T> drain(RowStream<T> stream) throws IOException {
        try {
            ImmutableList<T> rows = ImmutableList.copyOf(stream);
            return new Rows<>(rows, stream.badRows());
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
    }

    /** Starts from these options. */
    public Builder toBuilder() {
        Builder builder = new Builder(format);
        builder.split = split;
        builder.splitColumn = splitColumn;
        builder.skipBadRows = skipBadRows;
        return builder;
    }

    /** Starts from: tab-separated, all rows, bad rows refused. */
    public static Builder tsv() {
        return new Builder(RowFormat.TSV);
    }

    /** Starts from: comma-separated with quotes, all rows, bad rows refused. */
    public static Builder csv() {
        return new Builder(RowFormat.CSV);
    }

    /** Starts from: a JSON object a line, all rows, bad rows refused. */
    public static Builder jsonLines() {
        return new Builder(RowFormat.JSON_LINES);
    }

    /**
     * Starts from: whatever the file turns out to be, all rows, bad rows refused. What is found is
     * said in one line of the log.
     */
    public static Builder any() {
        return new Builder(RowFormat.ANY);
    }

    /** Starts from: CoNLL with the word first and the tag last, bad sentences refused. */
    public static Builder conll() {
        return new Builder(RowFormat.CONLL);
    }

    /** Starts from any format: all rows, bad rows refused. */
    public static Builder builder(RowFormat format) {
        return new Builder(format);
    }

    /** Collects options. */
    public static final class Builder {

        private RowFormat format;
        private @Nullable String split;
        private String splitColumn = "split";
        private boolean skipBadRows;

        private Builder(RowFormat format) {
            this.format = format;
        }

        /** The split to read. */
        public Builder optSplit(String name) {
            split = name;
            return this;
        }

        /** The column that names each row's split; default {@code split}. */
        public Builder optSplitColumn(String column) {
            splitColumn = column;
            return this;
        }

        /** Whether a bad row is counted and left out. */
        public Builder optSkipBadRows(boolean skip) {
            skipBadRows = skip;
            return this;
        }

        /** What stands between the cells of a table. */
        public Builder optDelimiter(char delimiter) {
            if (format instanceof RowFormat.Any any) {
                format = new RowFormat.Any(delimiter, any.quotes(), any.header(), any.field());
            } else {
                RowFormat.Table table = table("optDelimiter");
                format = new RowFormat.Table(delimiter, table.quote(), table.header());
            }
            return this;
        }

        /** Whether cells of a table may stand in double quotes. */
        public Builder optQuotes(boolean quotes) {
            if (format instanceof RowFormat.Any any) {
                format = new RowFormat.Any(any.delimiter(), quotes, any.header(), any.field());
            } else {
                RowFormat.Table table = table("optQuotes");
                format =
                        new RowFormat.Table(table.delimiter(), quotes ? '"' : null, table.header());
            }
            return this;
        }

        /**
         * Whether the first line of a table names the columns; if not, they are called {@code 0},
         * {@code 1}, ...
         */
        public Builder optHeader(boolean header) {
            if (format instanceof RowFormat.Any any) {
                format = new RowFormat.Any(any.delimiter(), any.quotes(), header, any.field());
            } else {
                RowFormat.Table table = table("optHeader");
                format = new RowFormat.Table(table.delimiter(), table.quote(), header);
            }
            return this;
        }

        /** The field that holds the rows, where the file is one JSON object around them. */
        public Builder optField(String name) {
            if (format instanceof RowFormat.Any any) {
                format = new RowFormat.Any(any.delimiter(), any.quotes(), any.header(), name);
            } else {
                format = new RowFormat.JsonArray(name);
            }
            return this;
        }

        private RowFormat.Table table(String option) {
            if (format instanceof RowFormat.Table table) {
                return table;
            }
            throw new IllegalArgumentException(
                    ("%s is for tables, and this reader reads %s. Leave it out, or begin with"
                                    + " RowReader.any().")
                            .formatted(option, format));
        }

        /** The reader. */
        public RowReader build() {
            return new RowReader(format, split, splitColumn, skipBadRows);
        }
    }
}
