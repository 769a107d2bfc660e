package io.github.peft4j.task.data.read;

import com.google.common.collect.ImmutableList;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads examples from tables and JSON lines.
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
        InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
        try {
            return new RowStream<>(this, file.toString(), bytes, mapper);
        } catch (IOException | RuntimeException refused) {
            bytes.close();
            throw refused;
        }
    }

    /**
     * Reads a stream row by row; its end closes nothing, {@link RowStream#close} closes the stream.
     *
     * @param name what errors call it
     */
    public <T> RowStream<T> open(InputStream bytes, String name, RowMapper<T> mapper)
            throws IOException {
        return new RowStream<>(this, name, bytes, mapper);
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

        private final RowFormat format;
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

        /** The reader. */
        public RowReader build() {
            return new RowReader(format, split, splitColumn, skipBadRows);
        }
    }
}
