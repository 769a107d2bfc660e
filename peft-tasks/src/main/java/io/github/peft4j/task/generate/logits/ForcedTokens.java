package io.github.peft4j.task.generate.logits;

import java.util.Arrays;
import java.util.Set;

/**
 * Allows nothing but given tokens at one place of the text.
 *
 * @param place counted from 0, prompt included
 * @param ids tokens that may stand there
 */
record ForcedTokens(int place, Set<Integer> ids) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        if (row.length() != place) {
            return;
        }
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        for (int id : ids) {
            if (id >= scores.length) {
                throw new IllegalArgumentException(
                        "Token "
                                + id
                                + " is forced, but the model has "
                                + scores.length
                                + ". Correct forced_bos_token_id or forced_eos_token_id.");
            }
            scores[id] = 0;
        }
    }
}
