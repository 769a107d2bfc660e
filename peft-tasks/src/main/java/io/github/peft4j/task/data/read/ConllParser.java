package io.github.peft4j.task.data.read;

import com.google.common.base.CharMatcher;
import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.data.internal.Utf8Lines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sentences of a CoNLL file: a word a line, an empty line after each sentence. */
final class ConllParser implements RowParser {

    private static final Splitter COLUMNS =
            Splitter.on(CharMatcher.anyOf(" \t")).omitEmptyStrings();
    private static final String DOCUMENT = "-DOCSTART-";

    private final RowFormat.Conll format;
    private final Utf8Lines lines;
    private int line;
    private boolean insideSentence;

    ConllParser(RowFormat.Conll format, Utf8Lines lines) {
        this.format = format;
        this.lines = lines;
    }

    @Override
    public void start(Set<String> columns) {
        Set<String> fields = Set.of(RowFormat.Conll.WORDS, RowFormat.Conll.TAGS);
        for (String column : columns) {
            if (!fields.contains(column)) {
                throw new IllegalArgumentException(
                        "a CoNLL file has no column '%s', only %s and %s. Leave it out."
                                .formatted(column, RowFormat.Conll.WORDS, RowFormat.Conll.TAGS));
            }
        }
    }

    @Override
    public @Nullable Row next() throws IOException {
        while (insideSentence) {
            nextLine(); // the rest of a bad sentence
        }
        List<String> columns = nextLine();
        while (columns != null && columns.isEmpty()) {
            columns = nextLine();
        }
        if (columns == null) {
            return null;
        }
        int start = line;
        int width = columns.size();
        List<String> words = new ArrayList<>();
        List<String> tags = new ArrayList<>();
        for (; columns != null && !columns.isEmpty(); columns = nextLine()) {
            require(columns, width);
            words.add(columns.get(format.wordColumn()));
            tags.add(columns.get(tagColumn(width)));
        }
        line = start;
        return new Row(
                ImmutableMap.of(
                        RowFormat.Conll.WORDS, Joiner.on(' ').join(words),
                        RowFormat.Conll.TAGS, Joiner.on(' ').join(tags)));
    }

    /** The columns of a line, none between sentences and documents; null at the end. */
    private @Nullable List<String> nextLine() throws IOException {
        line = lines.number() + 1;
        insideSentence = true; // also if the line cannot be read
        String text = lines.next();
        if (text == null) {
            insideSentence = false;
            return null;
        }
        List<String> columns = COLUMNS.splitToList(text);
        insideSentence = !columns.isEmpty() && !columns.get(0).equals(DOCUMENT);
        return insideSentence ? columns : List.of();
    }

    private int tagColumn(int width) {
        return format.tagColumn() < 0 ? width - 1 : format.tagColumn();
    }

    private void require(List<String> columns, int width) {
        if (columns.size() != width) {
            throw new IllegalArgumentException(
                    "%d columns where the sentence began with %d. Give each word as many."
                            .formatted(columns.size(), width));
        }
        int needed = Math.max(format.wordColumn(), Math.max(1, format.tagColumn())) + 1;
        if (width < needed) {
            throw new IllegalArgumentException(
                    "%d columns where word and tag need %d. Correct the line or the columns."
                            .formatted(width, needed));
        }
    }

    @Override
    public String place() {
        return "line " + line;
    }
}
