package io.github.peft4j.task.generate.logits;

import java.util.BitSet;

/**
 * Makes tokens of the text less likely: divides their positive scores by a penalty and multiplies
 * the negative ones. Padding in front of the prompt does not count.
 *
 * @param penalty above 1 discourages, below 1 encourages
 * @see <a href="https://arxiv.org/abs/1909.05858">Keskar et al. 2019, section 4.1</a>
 */
record RepetitionPenalty(double penalty) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        float factor = (float) penalty;
        BitSet seen = new BitSet(scores.length);
        for (int i = row.firstToken(); i < row.length(); i++) {
            int id = (int) row.id(i);
            if (id < scores.length && !seen.get(id)) {
                seen.set(id);
                scores[id] = scores[id] < 0 ? scores[id] * factor : scores[id] / factor;
            }
        }
    }
}
