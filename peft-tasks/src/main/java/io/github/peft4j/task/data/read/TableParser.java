package io.github.peft4j.task.data.read;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of a table. */
final class TableParser implements RowParser {

    private final RowFormat.Table format;
    private final Utf8Lines lines;
    private final @Nullable QuotedRows quoted;
    private ImmutableList<String> header = ImmutableList.of();
    private int line;

    TableParser(RowFormat.Table format, Utf8Lines lines) {
        this.format = format;
        this.lines = lines;
        Character quote = format.quote();
        quoted = quote == null ? null : new QuotedRows(lines, format.delimiter(), quote);
    }

    @Override
    public void start(Set<String> columns) throws IOException {
        List<String> names = cells();
        if (names == null) {
            throw new IllegalArgumentException(
                    "the file is empty. Its first line must name the columns.");
        }
        header = ImmutableList.copyOf(names);
        for (String column : columns) {
            if (!header.contains(column)) {
                throw new IllegalArgumentException(
                        "the header %s lacks the column '%s'. Name it, with '%s' between names."
                                .formatted(header, column, shownDelimiter()));
            }
        }
        if (new HashSet<>(header).size() < header.size()) {
            throw new IllegalArgumentException(
                    "the header %s names a column twice. Rename one.".formatted(header));
        }
    }

    @Override
    public @Nullable Row next() throws IOException {
        List<String> cells = cells();
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
    public int line() {
        return line;
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
