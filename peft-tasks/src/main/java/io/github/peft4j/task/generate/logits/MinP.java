package io.github.peft4j.task.generate.logits;

import io.github.peft4j.task.generate.internal.Candidates;
import io.github.peft4j.task.generate.internal.Softmax;

/**
 * Forbids tokens far less likely than the likeliest.
 *
 * @param share of the likeliest token's probability that the others must have
 * @param least tokens that stay whatever their probability
 * @see <a href="https://arxiv.org/abs/2407.01082">Nguyen et al. 2024, section 3</a>
 */
record MinP(double share, int least) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        double[] probabilities = Softmax.of(scores);
        double top = 0;
        for (double probability : probabilities) {
            top = Math.max(top, probability);
        }
        Candidates kept = new Candidates(least);
        for (int i = 0; i < scores.length; i++) {
            kept.offer(scores[i], 0, i);
        }
        for (int i = 0; i < scores.length; i++) {
            if (probabilities[i] < share * top && !kept.containsToken(i)) {
                scores[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
