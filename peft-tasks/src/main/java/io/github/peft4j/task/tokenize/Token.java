package io.github.peft4j.task.tokenize;

import org.jspecify.annotations.Nullable;

/**
 * One token of an {@link Encoding}.
 *
 * @param id row of the embedding
 * @param text the token as the vocabulary spells it, e.g. {@code ##ing}
 * @param typeId segment, as the tokenizer's template says
 * @param kind what it stands for
 * @param source where in the text it comes from; null unless {@code kind} is {@link Kind#TEXT}
 */
public record Token(int id, String text, int typeId, Kind kind, @Nullable Source source) {

    /** What a token stands for. */
    public enum Kind {
        /** A piece of the text, also a special token that was written in the text. */
        TEXT,
        /** Put around the text by the tokenizer's template, e.g. {@code [CLS]}. */
        SPECIAL,
        /** Fills a row up to the length of its batch; the attention mask is 0 here. */
        PADDING
    }

    /**
     * Where a token comes from.
     *
     * @param sequence 0 for the text, 1 for its pair
     * @param word number of the word that the token is a piece of, -1 if the tokenizer knows none
     * @param chars the piece in Java chars, so that {@code text.substring} takes it; relative to
     *     the word if the text was given as words
     * @param codePoints the same piece in Unicode code points, as Hugging Face counts
     */
    public record Source(int sequence, int word, Span chars, Span codePoints) {}

    /** Refuses a text token without its source, and any other with one. */
    public Token {
        if ((kind == Kind.TEXT) != (source != null)) {
            throw new IllegalArgumentException(
                    "Token '%s' of kind %s %s a source. Give a source to text tokens alone."
                            .formatted(text, kind, source == null ? "lacks" : "has"));
        }
    }

    /** Number of the sequence, or -1 for special tokens and padding. */
    public int sequence() {
        return source == null ? -1 : source.sequence();
    }

    /** Number of the word, or -1 for special tokens and padding. */
    public int word() {
        return source == null ? -1 : source.word();
    }

    /** The piece of text in Java chars, empty for special tokens and padding. */
    public Span chars() {
        return source == null ? Span.EMPTY : source.chars();
    }

    /** The piece of text in code points, empty for special tokens and padding. */
    public Span codePoints() {
        return source == null ? Span.EMPTY : source.codePoints();
    }
}
