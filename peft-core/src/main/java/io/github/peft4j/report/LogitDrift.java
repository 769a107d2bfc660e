package io.github.peft4j.report;

import ai.djl.ndarray.NDArray;
import java.util.Locale;

/**
 * How far the logits of a merged and rounded model lie from those of the adapter kept apart.
 *
 * @param drift the length of the difference, relative to the logits
 * @param effect how far the adapter itself moves the base's logits, relative to the same
 * @param agreement the share of places where the largest logit is the same
 */
public record LogitDrift(double drift, double effect, double agreement) {

    /**
     * Compares logits of one shape, classes on the last axis.
     *
     * @param base without the adapter
     * @param apart with the adapter, not merged
     * @param merged of the merged model
     */
    public static LogitDrift between(NDArray base, NDArray apart, NDArray merged) {
        double length = norm(apart);
        try (NDArray ours = merged.argMax(-1);
                NDArray theirs = apart.argMax(-1);
                NDArray same = ours.eq(theirs);
                NDArray count = same.countNonzero()) {
            return new LogitDrift(
                    distance(merged, apart) / length,
                    distance(base, apart) / length,
                    (double) count.getLong() / same.size());
        }
    }

    private static double distance(NDArray left, NDArray right) {
        try (NDArray difference = left.sub(right)) {
            return norm(difference);
        }
    }

    private static double norm(NDArray x) {
        try (NDArray square = x.square();
                NDArray sum = square.sum()) {
            return Math.sqrt(sum.getFloat());
        }
    }

    /** In one line. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "logits drift by %.2g where the adapter moves them by %.2g; the largest is the same"
                        + " in %.1f%%",
                drift,
                effect,
                100 * agreement);
    }
}
