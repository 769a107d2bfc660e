package io.github.peft4j.task.data.read;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Cuts one row into cells, some of them in quotes; a quoted cell may go on over further lines. */
final class QuotedCells {

    private final Utf8Lines lines;
    private final char delimiter;
    private final char quote;
    private final List<String> cells = new ArrayList<>();
    private String line;
    private int next;

    /** The row that begins with a line which was just read. */
    QuotedCells(Utf8Lines lines, char delimiter, char quote, String line) {
        this.lines = lines;
        this.delimiter = delimiter;
        this.quote = quote;
        this.line = line;
    }

    List<String> read() throws IOException {
        cells.add(cell());
        while (next < line.length()) {
            next++; // the delimiter
            cells.add(cell());
        }
        return cells;
    }

    private String cell() throws IOException {
        if (next < line.length() && line.charAt(next) == quote) {
            next++;
            return quoted();
        }
        int end = line.indexOf(delimiter, next);
        String cell = line.substring(next, end < 0 ? line.length() : end);
        next += cell.length();
        return cell;
    }

    private String quoted() throws IOException {
        StringBuilder cell = new StringBuilder();
        for (int end = closing(cell); isQuote(end + 1); end = closing(cell)) {
            cell.append(line, next, end + 1); // a doubled quote stands for itself
            next = end + 2;
        }
        int end = line.indexOf(quote, next);
        cell.append(line, next, end);
        next = end + 1;
        if (next < line.length() && line.charAt(next) != delimiter) {
            throw new IllegalArgumentException(
                    "text follows the closing quote of column %d. Double quotes inside quotes."
                            .formatted(cells.size() + 1));
        }
        return cell.toString();
    }

    /** Place of the next quote, on this line or a later one; the lines before it join the cell. */
    private int closing(StringBuilder cell) throws IOException {
        int end = line.indexOf(quote, next);
        while (end < 0) {
            cell.append(line, next, line.length()).append('\n');
            String following = lines.next();
            if (following == null) {
                throw new IllegalArgumentException(
                        "the quote that opens column %d is never closed. Close it."
                                .formatted(cells.size() + 1));
            }
            line = following;
            next = 0;
            end = line.indexOf(quote);
        }
        return end;
    }

    private boolean isQuote(int place) {
        return place < line.length() && line.charAt(place) == quote;
    }
}
