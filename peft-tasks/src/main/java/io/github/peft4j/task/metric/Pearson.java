package io.github.peft4j.task.metric;

/**
 * How well predictions and labels lie on a line: Pearson's correlation.
 *
 * <p>\(r = \sum_i (x_i - \bar x)(y_i - \bar y) / \sqrt{\sum_i (x_i - \bar x)^2 \sum_i (y_i - \bar
 * y)^2}\), from -1 to 1; the figure that GLUE gives for STS-B. NaN if all predictions or all labels
 * are equal, as in SciPy's {@code pearsonr}: 0 / 0 has no value then. Keeps 16 bytes an example.
 *
 * @see <a
 *     href="https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.pearsonr.html">SciPy</a>
 */
public final class Pearson implements RegressionMetric {

    private final ScorePairs pairs = new ScorePairs();

    @Override
    public String name() {
        return "pearson";
    }

    @Override
    public void update(double predicted, double label) {
        pairs.add(predicted, label);
    }

    @Override
    public double value() {
        return correlation(pairs.predicted(), pairs.labels());
    }

    static double correlation(double[] xs, double[] ys) {
        if (xs.length < 2) {
            throw new IllegalStateException(
                    "A correlation of %d examples has no value. Count two or more first."
                            .formatted(xs.length));
        }
        if (isConstant(xs) || isConstant(ys)) {
            return Double.NaN;
        }
        double meanX = mean(xs);
        double meanY = mean(ys);
        double both = 0;
        double squaresX = 0;
        double squaresY = 0;
        for (int i = 0; i < xs.length; i++) {
            double x = xs[i] - meanX;
            double y = ys[i] - meanY;
            both += x * y;
            squaresX += x * x;
            squaresY += y * y;
        }
        double r = both / (Math.sqrt(squaresX) * Math.sqrt(squaresY));
        return Math.max(-1, Math.min(1, r));
    }

    /** Asked of the numbers themselves: their mean may be rounded, and differ from all of them. */
    private static boolean isConstant(double[] values) {
        for (double value : values) {
            if (value != values[0]) {
                return false;
            }
        }
        return true;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
