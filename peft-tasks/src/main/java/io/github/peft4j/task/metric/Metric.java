package io.github.peft4j.task.metric;

/** A figure that classified examples add up to, one after the other. */
public interface Metric {

    /** Name in logs and in {@code metric_for_best_model}, e.g. {@code accuracy}. */
    String name();

    /** Counts one example. */
    void update(int predicted, int label);

    /** Counts the examples of a batch. */
    default void update(int[] predicted, int[] labels) {
        if (predicted.length != labels.length) {
            throw new IllegalArgumentException(
                    "%d predictions do not fit %d labels. Give one prediction for each label."
                            .formatted(predicted.length, labels.length));
        }
        for (int i = 0; i < labels.length; i++) {
            update(predicted[i], labels[i]);
        }
    }

    /** The figure for all examples so far, 0 if there are none. */
    double value();
}
