package io.github.peft4j.task.generate.logits;

import java.util.PriorityQueue;

/**
 * Forbids all but the likeliest tokens; those as likely as the last of them stay too.
 *
 * @param count of tokens that stay
 * @see <a href="https://arxiv.org/abs/1805.04833">Fan et al. 2018, section 5.4</a>
 */
record TopK(int count) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        if (count >= scores.length) {
            return;
        }
        PriorityQueue<Float> best = new PriorityQueue<>(count);
        float least = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            if (best.size() < count) {
                best.add(score);
                least = best.element();
            } else if (score > least) {
                best.remove();
                best.add(score);
                least = best.element();
            }
        }
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] < least) {
                scores[i] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
