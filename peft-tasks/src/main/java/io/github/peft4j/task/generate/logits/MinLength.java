package io.github.peft4j.task.generate.logits;

import java.util.Set;

/**
 * Forbids the end of a text that is too short.
 *
 * @param tokens at least, prompt included
 * @param ends ids of the tokens that end a text
 */
record MinLength(int tokens, Set<Integer> ends) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        if (row.length() >= tokens) {
            return;
        }
        for (int id : ends) {
            if (id < scores.length) {
                scores[id] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
