package io.github.peft4j.task.metric;

/**
 * A figure that predicted numbers add up to, one after the other.
 *
 * <p>Not safe for use by several threads at once.
 */
public interface RegressionMetric {

    /** Name in logs, e.g. {@code pearson}. */
    String name();

    /**
     * Counts one example.
     *
     * @throws IllegalArgumentException if a number is NaN or infinite
     */
    void update(double predicted, double label);

    /** Counts the examples of a batch; nothing is counted if the lengths differ. */
    default void update(float[] predicted, float[] labels) {
        if (predicted.length != labels.length) {
            throw new IllegalArgumentException(
                    "%d predictions do not fit %d labels. Give one prediction for each label."
                            .formatted(predicted.length, labels.length));
        }
        for (int i = 0; i < labels.length; i++) {
            update(predicted[i], labels[i]);
        }
    }

    /**
     * The figure for all examples so far.
     *
     * @throws IllegalStateException if there are too few of them
     */
    double value();
}
