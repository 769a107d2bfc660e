package io.github.peft4j.task.data.read;

import io.github.peft4j.report.NearMatch;
import io.github.peft4j.task.data.internal.ParquetRows;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of a Parquet file. */
final class ParquetParser implements RowParser {

    private static final String LIBRARY = "com.jerolba.carpet.CarpetReader";

    private final ParquetRows rows;
    private int row;

    /**
     * Opens a file.
     *
     * @throws IOException if it is damaged, or the library that reads it is not on the class path
     */
    ParquetParser(Path file) throws IOException {
        requireLibrary(file);
        rows = ParquetRows.open(file);
    }

    private static void requireLibrary(Path file) throws IOException {
        try {
            Class.forName(LIBRARY, false, ParquetParser.class.getClassLoader());
        } catch (ClassNotFoundException missing) {
            throw new IOException(
                    ("%s is a Parquet file, and what reads it is not on the class path. Add the"
                                    + " dependency com.jerolba:carpet-record:0.5.0, or save the file as"
                                    + " JSON lines.")
                            .formatted(file),
                    missing);
        }
    }

    List<String> columns() {
        return rows.columns();
    }

    @Override
    public void start(Set<String> columns) {
        for (String column : columns) {
            if (!rows.columns().contains(column)) {
                throw new IllegalArgumentException(
                        "there is no column '%s' among %s. %sName one of these."
                                .formatted(
                                        column,
                                        rows.columns(),
                                        NearMatch.of(column, rows.columns()).question()));
            }
        }
    }

    @Override
    public @Nullable Row next() throws IOException {
        row++;
        Map<String, @Nullable Object> cells = rows.next();
        if (cells == null) {
            return null;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, Object> values = new LinkedHashMap<>();
        cells.forEach(
                (column, value) -> {
                    if (value == null) {
                        return;
                    }
                    values.put(column, value(value));
                    if (!(value instanceof List) && !(value instanceof Map)) {
                        texts.put(column, text(value));
                    }
                });
        return new Row(texts, values);
    }

    /** A number of any kind as a row holds it; what is neither number nor nested as its text. */
    private static Object value(Object value) {
        if (value instanceof Float || value instanceof BigDecimal) {
            return ((Number) value).doubleValue();
        }
        boolean kept =
                value instanceof Long
                        || value instanceof BigInteger
                        || value instanceof Double
                        || value instanceof Boolean
                        || value instanceof List
                        || value instanceof Map;
        return kept ? value : text(value);
    }

    private static String text(Object value) {
        if (value instanceof LocalDateTime time) {
            return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time); // seconds, even if 0
        }
        return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
    }

    @Override
    public String place() {
        return "row " + row;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
