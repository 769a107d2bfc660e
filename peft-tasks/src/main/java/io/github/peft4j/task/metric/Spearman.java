package io.github.peft4j.task.metric;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well predictions put examples into the order of their labels: Spearman's correlation.
 *
 * <p>{@link Pearson}'s correlation of the ranks; equal numbers share the mean of the ranks they
 * take up. NaN if all predictions or all labels are equal. Equals SciPy's {@code spearmanr}.
 *
 * @see <a
 *     href="https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.spearmanr.html">SciPy</a>
 */
public final class Spearman implements RegressionMetric {

    private final ScorePairs pairs = new ScorePairs();

    @Override
    public String name() {
        return "spearman";
    }

    @Override
    public void update(double predicted, double label) {
        pairs.add(predicted, label);
    }

    @Override
    public double value() {
        return Pearson.correlation(ranks(pairs.predicted()), ranks(pairs.labels()));
    }

    /** The rank of each number, from 1; numbers that are equal share the mean of their ranks. */
    static double[] ranks(double[] values) {
        int[] order =
                IntStream.range(0, values.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> values[i]))
                        .mapToInt(Integer::intValue)
                        .toArray();
        double[] ranks = new double[values.length];
        int from = 0;
        while (from < order.length) {
            int to = from + 1;
            // == and not compare: 0.0 and -0.0 are one number, and neighbours in the order
            while (to < order.length && values[order[to]] == values[order[from]]) {
                to++;
            }
            double shared = (from + 1 + to) / 2.0;
            Arrays.stream(order, from, to).forEach(i -> ranks[i] = shared);
            from = to;
        }
        return ranks;
    }
}
