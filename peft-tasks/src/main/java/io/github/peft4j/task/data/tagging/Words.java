package io.github.peft4j.task.data.tagging;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.tokenize.Span;
import io.github.peft4j.task.tokenize.TextInput;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text and the words in it.
 *
 * @param text the whole text
 * @param spans where each word stands in the text, in Java chars
 */
public record Words(String text, List<Span> spans) {

    /** A run of letters, a run of digits, or one other sign. */
    public static final Pattern LETTERS_DIGITS_SIGNS =
            Pattern.compile("\\p{L}+|\\p{Nd}+|[^\\p{L}\\p{Nd}\\s]");

    /** Refuses a text without words, and words that are empty or do not follow one another. */
    public Words {
        spans = ImmutableList.copyOf(spans);
        if (spans.isEmpty()) {
            throw new IllegalArgumentException(
                    "the text '%s' has 0 words. Leave it out.".formatted(text));
        }
        int end = 0;
        for (int i = 0; i < spans.size(); i++) {
            Span span = spans.get(i);
            boolean inside = span.start() >= end && span.end() <= text.length();
            if (!inside || span.start() == span.end()) {
                throw new IllegalArgumentException(
                        "word %d at %s is empty or overlaps. Give words one after the other."
                                .formatted(i, span));
            }
            end = span.end();
        }
    }

    /** The words of a text: runs of letters, runs of digits, and single signs. */
    public static Words of(String text) {
        return find(text, LETTERS_DIGITS_SIGNS);
    }

    /** The words of a text: each match of a pattern. */
    public static Words find(String text, Pattern word) {
        ImmutableList.Builder<Span> spans = ImmutableList.builder();
        for (Matcher matcher = word.matcher(text); matcher.find(); ) {
            spans.add(new Span(matcher.start(), matcher.end()));
        }
        return new Words(text, spans.build());
    }

    /** The text of some words with a space between any two of them. */
    public static Words of(List<String> words) {
        return of(words, i -> true);
    }

    /**
     * The text of some words.
     *
     * @param spaceBefore whether a space stands before a word, asked for each but the first
     */
    public static Words of(List<String> words, IntPredicate spaceBefore) {
        StringBuilder text = new StringBuilder();
        ImmutableList.Builder<Span> spans = ImmutableList.builderWithExpectedSize(words.size());
        for (int i = 0; i < words.size(); i++) {
            if (i > 0 && spaceBefore.test(i)) {
                text.append(' ');
            }
            int start = text.length();
            text.append(words.get(i));
            spans.add(new Span(start, text.length()));
        }
        return new Words(text.toString(), spans.build());
    }

    /** Number of words. */
    public int size() {
        return spans.size();
    }

    /** One word. */
    public String word(int index) {
        return text.substring(spans.get(index).start(), spans.get(index).end());
    }

    /** What a tokenizer encodes: the words, so that tokens know theirs. */
    public TextInput input() {
        ImmutableList.Builder<String> words = ImmutableList.builderWithExpectedSize(size());
        for (int i = 0; i < size(); i++) {
            words.add(word(i));
        }
        return new TextInput.Words(words.build());
    }
}
