package io.github.peft4j.task.data.internal;

import com.google.common.base.Splitter;
import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CloseableIterator;
import com.jerolba.carpet.RecordTypeConversionException;
import com.jerolba.carpet.io.FileSystemInputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a Parquet file as plain values. The one class that touches Carpet: nothing may load
 * it where Carpet is missing.
 */
public final class ParquetRows implements AutoCloseable {

    private final Path file;
    private final MessageType schema;
    private final CloseableIterator<Map<String, @Nullable Object>> rows;

    private ParquetRows(
            Path file, MessageType schema, CloseableIterator<Map<String, @Nullable Object>> rows) {
        this.file = file;
        this.schema = schema;
        this.rows = rows;
    }

    /**
     * Opens a file.
     *
     * @throws IOException if it is no Parquet file, or cut off, or of types that cannot be read
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // Carpet reads maps when asked for Map.class
    public static ParquetRows open(Path file) throws IOException {
        FileSystemInputFile input = new FileSystemInputFile(file.toFile());
        try (ParquetFileReader footer = ParquetFileReader.open(input)) {
            MessageType schema = footer.getFileMetaData().getSchema();
            CloseableIterator rows = new CarpetReader<>(input, Map.class).iterator();
            return new ParquetRows(file, schema, rows);
        } catch (IOException | RuntimeException broken) {
            throw damaged(file, broken);
        }
    }

    /** Names of the columns, in the order of the file. */
    public ImmutableList<String> columns() {
        return schema.getFields().stream()
                .map(Type::getName)
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * The next row, or null at the end: each column's value by its name, nulls included.
     *
     * @throws IOException if the file is damaged there
     */
    public @Nullable Map<String, @Nullable Object> next() throws IOException {
        try {
            if (!rows.hasNext()) {
                return null;
            }
            Map<String, @Nullable Object> read = rows.next();
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (Type column : schema.getFields()) {
                Object value = read.get(column.getName());
                row.put(column.getName(), ParquetValues.plain(value, column));
            }
            return row;
        } catch (RuntimeException broken) {
            throw damaged(file, broken);
        }
    }

    private static IOException damaged(Path file, Exception broken) {
        Throwable root = Throwables.getRootCause(broken);
        String reason = Splitter.on('\n').splitToList(String.valueOf(root.getMessage())).get(0);
        boolean type = root instanceof RecordTypeConversionException;
        return new IOException(
                "%s cannot be read as Parquet: %s. %s"
                        .formatted(
                                file,
                                // the library's own name of the file
                                reason.replaceAll("[\\w.]+FileSystemInputFile@\\w+", "the file"),
                                type
                                        ? "Write the column with another type."
                                        : "Get the file again, or write it anew."),
                broken);
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
