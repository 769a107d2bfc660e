package io.github.peft4j.task.generate.logits;

import java.util.List;

/**
 * Forbids tokens, everywhere or at one place.
 *
 * @param ids of the tokens
 * @param place counted from 0, prompt included; -1 for all
 */
record SuppressedTokens(List<Integer> ids, int place) implements LogitsProcessor {

    static final int EVERYWHERE = -1;

    @Override
    public void process(TokenRow row, float[] scores) {
        if (place != EVERYWHERE && row.length() != place) {
            return;
        }
        for (int id : ids) {
            if (id < scores.length) {
                scores[id] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
