package io.github.peft4j.task.generate;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.task.generate.config.SamplingOptions;
import io.github.peft4j.task.generate.internal.Softmax;
import io.github.peft4j.task.generate.logits.LogitsProcessor;
import io.github.peft4j.task.generate.logits.TokenRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Chooses each row's next token by its scores: the likeliest, or one that is drawn.
 *
 * <p>Each row has a random stream of its own, so what is drawn for it does not depend on how long
 * the others are.
 */
final class Sampler {

    private final List<LogitsProcessor> processors;
    private final List<SplittableRandom> randoms = new ArrayList<>();

    /** For so many rows. */
    Sampler(List<LogitsProcessor> processors, SamplingOptions sampling, int rows) {
        this.processors = processors;
        if (sampling.doSample()) {
            SplittableRandom random = random(sampling);
            for (int row = 0; row < rows; row++) {
                randoms.add(random.split());
            }
        }
    }

    /** The stream of a seed, or a new one. */
    static SplittableRandom random(SamplingOptions sampling) {
        Long seed = sampling.seed();
        return seed == null ? new SplittableRandom() : new SplittableRandom(seed);
    }

    /**
     * The next token of each row.
     *
     * @param logits [R, V], or [R / n, V] if n rows side by side have the same
     */
    long[] choose(List<? extends TokenRow> rows, NDArray logits) {
        if (processors.isEmpty() && randoms.isEmpty()) {
            return likeliest(logits);
        }
        int distinct = (int) logits.getShape().get(0);
        int vocabulary = (int) logits.getShape().get(1);
        float[] all = logits.toFloatArray();
        long[] chosen = new long[rows.size()];
        for (int row = 0; row < chosen.length; row++) {
            int start = row / (chosen.length / distinct) * vocabulary;
            float[] scores = Arrays.copyOfRange(all, start, start + vocabulary);
            for (LogitsProcessor processor : processors) {
                processor.process(rows.get(row), scores);
            }
            chosen[row] = randoms.isEmpty() ? likeliest(scores) : draw(scores, randoms.get(row));
        }
        return chosen;
    }

    /** On the device: nothing but the choice reaches Java. */
    private static long[] likeliest(NDArray logits) {
        for (float best : logits.max(new int[] {1}).toFloatArray()) {
            Softmax.requireNumber(best);
        }
        return logits.argMax(1).toLongArray();
    }

    private static int likeliest(float[] scores) {
        int best = 0;
        for (int i = 0; i < scores.length; i++) {
            if (!(scores[i] <= scores[best])) {
                best = i; // or not a number
            }
        }
        Softmax.requireNumber(scores[best]);
        return best;
    }

    private static int draw(float[] scores, SplittableRandom random) {
        double[] probabilities = Softmax.of(scores);
        double rest = random.nextDouble();
        int last = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (probabilities[i] > 0) {
                last = i;
                rest -= probabilities[i];
                if (rest < 0) {
                    return i;
                }
            }
        }
        return last; // the sum falls short of 1 by rounding
    }
}
