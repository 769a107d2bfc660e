package io.github.peft4j.task.metric;

/**
 * The mean square of what predictions are off by, \(\frac{1}{n} \sum_i (\hat y_i - y_i)^2\).
 *
 * <p>In the square of the labels' unit; smaller is better, 0 is perfect.
 */
public final class MeanSquaredError implements RegressionMetric {

    private double sum;
    private long total;

    @Override
    public String name() {
        return "mse";
    }

    @Override
    public void update(double predicted, double label) {
        double error =
                ScorePairs.requireFinite("Prediction", predicted)
                        - ScorePairs.requireFinite("Label", label);
        sum += error * error;
        total++;
    }

    @Override
    public double value() {
        if (total == 0) {
            throw new IllegalStateException(
                    "The mean error of 0 examples has no value. Count one or more first.");
        }
        return sum / total;
    }
}
