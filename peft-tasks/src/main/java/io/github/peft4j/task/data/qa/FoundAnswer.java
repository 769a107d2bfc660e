package io.github.peft4j.task.data.qa;

import io.github.peft4j.task.tokenize.Span;

/**
 * What a model answers.
 *
 * @param text the answer as it stands in the passage; empty for "the passage does not say"
 * @param chars where it stands there, in Java chars
 * @param score start logit plus end logit of the best piece of the passage
 * @param nullScore the same sum for "no answer"
 */
public record FoundAnswer(String text, Span chars, double score, double nullScore) {

    /** Whether a piece of the passage is the answer. */
    public boolean answered() {
        return !text.isEmpty();
    }
}
