package io.github.peft4j.task.data.tagging;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.read.Row;
import io.github.peft4j.task.data.read.RowMapper;
import io.github.peft4j.task.tokenize.Span;
import java.util.List;

/**
 * A text with a tag for each of its words.
 *
 * @param words the text and its words
 * @param tags {@code O} outside of entities, {@code B-KIND} where one begins and {@code I-KIND}
 *     inside (BIO); other tags may be learned, but give no {@link #entities}
 */
public record TaggedText(Words words, List<String> tags) {

    /** The tag of words that belong to no entity. */
    public static final String OUTSIDE = "O";

    private static final Splitter SPACES = Splitter.on(' ');
    private static final char SPACE_BEFORE = '_';

    /** Refuses more or fewer tags than words. */
    public TaggedText {
        tags = ImmutableList.copyOf(tags);
        if (tags.size() != words.size()) {
            throw new IllegalArgumentException(
                    "%d tags do not fit %d words. Give each word one tag."
                            .formatted(tags.size(), words.size()));
        }
    }

    /** Reads words and tags from two columns, each with one space between two of them. */
    public static RowMapper<TaggedText> columns(String words, String tags) {
        return RowMapper.of(
                row -> of(Words.of(SPACES.splitToList(row.text(words))), row.text(tags)),
                words,
                tags);
    }

    /**
     * Reads words and tags from two columns, and from a third one where spaces stand in the text.
     *
     * @param spaces column with a character a word, {@code _} if a space stands before the word
     */
    public static RowMapper<TaggedText> columns(String words, String tags, String spaces) {
        return RowMapper.of(
                row -> of(spaced(row, words, spaces), row.text(tags)), words, tags, spaces);
    }

    private static TaggedText of(Words words, String tags) {
        return new TaggedText(words, ImmutableList.copyOf(SPACES.split(tags)));
    }

    private static Words spaced(Row row, String column, String spaces) {
        List<String> words = SPACES.splitToList(row.text(column));
        String marks = row.get(spaces);
        if (marks.length() != words.size()) {
            throw new IllegalArgumentException(
                    "%d %s do not fit %d words. Give each word one character."
                            .formatted(marks.length(), spaces, words.size()));
        }
        return Words.of(words, i -> marks.charAt(i) == SPACE_BEFORE);
    }

    /**
     * The entities of the tags, by the rules of CoNLL: an {@code I-} that continues nothing of its
     * kind begins a new one.
     *
     * @throws IllegalArgumentException if a tag is none of {@code O}, {@code B-KIND}, {@code
     *     I-KIND}
     */
    public List<Entity> entities() {
        ImmutableList.Builder<Entity> entities = ImmutableList.builder();
        int start = 0;
        String open = "";
        for (int i = 0; i <= tags.size(); i++) {
            String tag = i < tags.size() ? tags.get(i) : OUTSIDE;
            String kind = kind(tag);
            boolean goesOn = tag.startsWith("I-") && kind.equals(open);
            if (!goesOn) {
                if (!open.isEmpty()) {
                    entities.add(entity(open, start, i));
                }
                open = kind;
                start = i;
            }
        }
        return entities.build();
    }

    /** The kind of a tag, empty for {@link #OUTSIDE}. */
    private static String kind(String tag) {
        if (tag.equals(OUTSIDE)) {
            return "";
        }
        boolean inside = tag.startsWith("B-") || tag.startsWith("I-");
        if (!inside || tag.length() == 2) {
            throw new IllegalArgumentException(
                    "Tag '%s' is none of O, B-KIND and I-KIND. Use BIO tags for entities."
                            .formatted(tag));
        }
        return tag.substring(2);
    }

    private Entity entity(String kind, int start, int end) {
        Span chars = new Span(words.spans().get(start).start(), words.spans().get(end - 1).end());
        return new Entity(
                kind,
                new Span(start, end),
                chars,
                words.text().substring(chars.start(), chars.end()));
    }
}
