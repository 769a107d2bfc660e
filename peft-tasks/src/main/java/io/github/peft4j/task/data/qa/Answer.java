package io.github.peft4j.task.data.qa;

import io.github.peft4j.task.tokenize.Span;

/**
 * A piece of a passage that answers a question.
 *
 * @param text the answer as it stands in the passage
 * @param start where it starts there, in Java chars
 */
public record Answer(String text, int start) {

    /** The piece of the passage. */
    public Span span() {
        return new Span(start, start + text.length());
    }
}
