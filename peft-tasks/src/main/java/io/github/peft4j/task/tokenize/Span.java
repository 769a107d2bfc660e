package io.github.peft4j.task.tokenize;

/** A piece of a text: from {@code start} (included) to {@code end} (excluded). */
public record Span(int start, int end) {

    /** The span of a token that stands for no text. */
    public static final Span EMPTY = new Span(0, 0);

    /** Refuses a span that ends before it starts. */
    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException(
                    "Span [%d, %d) is not a piece of a text. Give 0 <= start <= end."
                            .formatted(start, end));
        }
    }
}
