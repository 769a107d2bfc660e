package io.github.peft4j.task.data.internal;

import com.google.common.base.Splitter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows at the beginning of a table, cut by one delimiter.
 *
 * @param delimiter between cells
 * @param quotes whether cells may stand in quotes
 * @param rows those that could be read
 * @param malformed how many could not
 */
record Cut(char delimiter, boolean quotes, List<List<String>> rows, int malformed) {

    private static final int MOST_ROWS = 200;

    /** Cells may stand in double quotes. */
    static Cut quoted(String text, boolean whole, char delimiter) {
        QuotedRows cells = new QuotedRows(lines(text), delimiter, '"');
        return read(cells::next, whole, delimiter, true);
    }

    /** Quotes are text. */
    static Cut plain(String text, boolean whole, char delimiter) {
        Utf8Lines lines = lines(text);
        return read(
                () -> {
                    String line = lines.next();
                    return line == null ? null : Splitter.on(delimiter).splitToList(line);
                },
                whole,
                delimiter,
                false);
    }

    private static Utf8Lines lines(String text) {
        return new Utf8Lines(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private interface Source {
        @Nullable List<String> next() throws IOException;
    }

    /** The last row is left out where the text is cut off in it. */
    private static Cut read(Source source, boolean whole, char delimiter, boolean quotes) {
        List<List<String>> rows = new ArrayList<>();
        int malformed = 0;
        boolean ended = false;
        boolean lastMalformed = false;
        while (!ended && rows.size() + malformed <= MOST_ROWS) {
            try {
                List<String> row = source.next();
                ended = row == null;
                if (row != null) {
                    rows.add(row);
                    lastMalformed = false;
                }
            } catch (IllegalArgumentException bad) {
                malformed++;
                lastMalformed = true;
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
        if (ended && !whole && lastMalformed) {
            malformed--;
        } else if (ended && !whole && rows.size() > 1) {
            rows.remove(rows.size() - 1);
        }
        return new Cut(delimiter, quotes, rows, malformed);
    }

    List<String> first() {
        return rows.isEmpty() ? List.of("") : rows.get(0);
    }

    /** Cells of the first row. */
    int width() {
        return first().size();
    }

    /** How many of the rows have as many cells as the first one, from 0 to 1. */
    double share() {
        long alike = rows.stream().filter(row -> row.size() == width()).count();
        return (double) alike / Math.max(1, rows.size() + malformed);
    }

    @Override
    public String toString() {
        return "'%s' (%d cells in %d of %d rows)"
                .formatted(
                        delimiter == '\t' ? "\\t" : String.valueOf(delimiter),
                        width(),
                        Math.round(share() * (rows.size() + malformed)),
                        rows.size() + malformed);
    }
}
