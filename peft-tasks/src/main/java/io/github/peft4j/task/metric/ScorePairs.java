package io.github.peft4j.task.metric;

import com.google.common.primitives.ImmutableDoubleArray;

/** Predicted and true numbers, kept for figures that need all of them at once. */
final class ScorePairs {

    private final ImmutableDoubleArray.Builder predicted = ImmutableDoubleArray.builder();
    private final ImmutableDoubleArray.Builder labels = ImmutableDoubleArray.builder();

    void add(double prediction, double label) {
        predicted.add(requireFinite("Prediction", prediction));
        labels.add(requireFinite("Label", label));
    }

    double[] predicted() {
        return predicted.build().toArray();
    }

    double[] labels() {
        return labels.build().toArray();
    }

    static double requireFinite(String what, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    ("%s %s is not a number that can be compared. Look for the step at which the"
                                    + " model's outputs left the range.")
                            .formatted(what, value));
        }
        return value;
    }
}
