package io.github.peft4j.task.data.internal;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Rows of cells, some of them in quotes and then perhaps over several lines: Commons CSV, line by
 * line.
 *
 * <p>A parser of Commons CSV ends with the first malformed row. It gets its lines one at a time
 * here, so a new one can go on behind that row.
 */
public final class QuotedRows {

    private final Utf8Lines lines;
    private final CSVFormat format;
    private @Nullable Feed feed;
    private @Nullable Iterator<CSVRecord> rows;

    /** The rows of these lines, with the characters between and around cells. */
    public QuotedRows(Utf8Lines lines, char delimiter, char quote) {
        this.lines = lines;
        format =
                CSVFormat.Builder.create()
                        .setDelimiter(delimiter)
                        .setQuote(quote)
                        .setIgnoreEmptyLines(false)
                        .get();
    }

    /**
     * The cells of the next row, or null at the end.
     *
     * @throws IllegalArgumentException if the row is malformed; the next call goes on with the line
     *     after it
     */
    public @Nullable List<String> next() throws IOException {
        int before = lines.number();
        Feed feed = this.feed;
        Iterator<CSVRecord> rows = this.rows;
        if (feed == null || rows == null) {
            feed = new Feed(lines);
            rows = CSVParser.builder().setReader(feed).setFormat(format).get().iterator();
        }
        this.rows = null; // unless the row is fine
        try {
            if (!rows.hasNext()) {
                return null;
            }
        } catch (UncheckedIOException failed) {
            if (failed.getCause() instanceof CSVException malformed) {
                throw new IllegalArgumentException(
                        feed.ended
                                ? "a quote is opened and never closed. Close it."
                                : "text follows the closing quote of a cell. Double quotes inside"
                                        + " quotes.",
                        malformed);
            }
            throw failed.getCause();
        }
        if (lines.number() == before) {
            throw new IllegalArgumentException(
                    "a carriage return stands in the middle of the line. Take it out, or put quotes"
                            + " around its cell.");
        }
        this.feed = feed;
        this.rows = rows;
        return rows.next().toList();
    }

    /** Gives a reader no more than the line that it needs now. */
    private static final class Feed extends Reader {

        private final Utf8Lines lines;
        private String line = "";
        private int next;
        private boolean ended;

        Feed(Utf8Lines lines) {
            this.lines = lines;
        }

        @Override
        public int read(char[] buffer, int offset, int length) throws IOException {
            if (next == line.length()) {
                String following = lines.next();
                if (following == null) {
                    ended = true;
                    return -1;
                }
                line = following + '\n';
                next = 0;
            }
            int count = Math.min(length, line.length() - next);
            line.getChars(next, next + count, buffer, offset);
            next += count;
            return count;
        }

        /** The stream belongs to the caller. */
        @Override
        public void close() {}
    }
}
