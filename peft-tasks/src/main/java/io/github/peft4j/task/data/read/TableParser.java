package io.github.peft4j.task.data.read;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.report.NearMatch;
import io.github.peft4j.task.data.internal.QuotedRows;
import io.github.peft4j.task.data.internal.Utf8Lines;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The rows of a table. */
final class TableParser implements RowParser {

    private final RowFormat.Table format;
    private final Utf8Lines lines;
    private final @Nullable QuotedRows quoted;
    private ImmutableList<String> header = ImmutableList.of();
    private @Nullable List<String> held;
    private int line;

    TableParser(RowFormat.Table format, Utf8Lines lines) {
        this.format = format;
        this.lines = lines;
        Character quote = format.quote();
        quoted = quote == null ? null : new QuotedRows(lines, format.delimiter(), quote);
    }

    @Override
    public void start(Set<String> columns) throws IOException {
        List<String> first = cells();
        if (first == null) {
            throw new IllegalArgumentException(
                    "the file is empty. "
                            + (format.header()
                                    ? "Its first line must name the columns."
                                    : "Its first line must be a row."));
        }
        header = names(first, format.header());
        held = format.header() ? null : first;
        for (String column : columns) {
            if (!header.contains(column)) {
                throw new IllegalArgumentException(
                        "the %s %s lacks the column '%s'. %sName it, with '%s' between names."
                                .formatted(
                                        format.header() ? "header" : "table without header",
                                        header,
                                        column,
                                        NearMatch.of(column, header).question(),
                                        shownDelimiter()));
            }
        }
        if (new HashSet<>(header).size() < header.size()) {
            throw new IllegalArgumentException(
                    "the header %s names a column twice. Rename one.".formatted(header));
        }
    }

    /** Names of the columns as pandas has them: numbers where there is no header or no name. */
    static ImmutableList<String> names(List<String> first, boolean header) {
        return IntStream.range(0, first.size())
                .mapToObj(
                        i -> {
                            if (!header) {
                                return Integer.toString(i);
                            }
                            return first.get(i).isEmpty() ? "Unnamed: " + i : first.get(i);
                        })
                .collect(ImmutableList.toImmutableList());
    }

    @Override
    public @Nullable Row next() throws IOException {
        List<String> cells = held == null ? cells() : held;
        held = null;
        if (cells == null) {
            return null;
        }
        if (cells.size() != header.size()) {
            throw new IllegalArgumentException(
                    "%d columns where the header has %d. Put one '%s' between cells, none inside."
                            .formatted(cells.size(), header.size(), shownDelimiter()));
        }
        ImmutableMap.Builder<String, String> fields = ImmutableMap.builder();
        for (int i = 0; i < header.size(); i++) {
            fields.put(header.get(i), cells.get(i));
        }
        return new Row(fields.buildOrThrow());
    }

    @Override
    public String place() {
        return "line " + line;
    }

    private @Nullable List<String> cells() throws IOException {
        line = lines.number() + 1;
        if (quoted != null) {
            return quoted.next();
        }
        String text = lines.next();
        return text == null ? null : Splitter.on(format.delimiter()).splitToList(text);
    }

    private String shownDelimiter() {
        return RowFormat.Table.show(format.delimiter());
    }
}
