package io.github.peft4j.task.generate.logits;

import io.github.peft4j.task.generate.internal.Softmax;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Forbids the least likely tokens that together have at most the rest of a probability.
 *
 * @param probability that the tokens which stay have together, at least
 * @param least tokens that stay whatever their probability
 * @see <a href="https://arxiv.org/abs/1904.09751">Holtzman et al. 2020, section 3.1</a>
 */
record TopP(double probability, int least) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        double[] probabilities = Softmax.of(scores);
        long[] ascending = ascending(scores);
        double cumulative = 0;
        for (int k = 0; k < ascending.length - least; k++) {
            int token = (int) ascending[k];
            cumulative += probabilities[token];
            if (cumulative > 1 - probability) {
                return;
            }
            scores[token] = Float.NEGATIVE_INFINITY;
        }
    }

    /** Allowed tokens by score: the score's bits in an order that long has, then the token. */
    private static long[] ascending(float[] scores) {
        long[] keys =
                IntStream.range(0, scores.length)
                        .filter(i -> scores[i] > Float.NEGATIVE_INFINITY)
                        .mapToLong(i -> ((long) ordered(scores[i]) << 32) | i)
                        .toArray();
        Arrays.sort(keys);
        return keys;
    }

    private static int ordered(float score) {
        int bits = Float.floatToIntBits(score);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }
}
