package io.github.peft4j.task.metric;

/**
 * The harmonic mean of precision and recall, \(F_1 = 2 TP / (2 TP + FP + FN)\).
 *
 * <p>A class that is neither in the labels nor in the predictions has 0 / 0 = 0 (scikit-learn's
 * {@code zero_division=0}) and, as there, does not count in the macro mean. Under micro, examples
 * of one class each make it equal to accuracy; with several classes an example it is not.
 */
public final class F1 implements Metric {

    /** How the figures of the classes become one. */
    private enum Average {
        BINARY,
        MACRO,
        MICRO
    }

    private final Average average;
    private final int positive;
    private final long[] truePositives;
    private final long[] falsePositives;
    private final long[] falseNegatives;

    private F1(Average average, int classes, int positive) {
        if (classes < 1 || positive < 0 || positive >= classes) {
            throw new IllegalArgumentException(
                    "Class %d of %d does not exist. Give at least one class and one of them."
                            .formatted(positive, classes));
        }
        this.average = average;
        this.positive = positive;
        this.truePositives = new long[classes];
        this.falsePositives = new long[classes];
        this.falseNegatives = new long[classes];
    }

    /** The figure of one class against all others. */
    public static F1 binary(int classes, int positiveClass) {
        return new F1(Average.BINARY, classes, positiveClass);
    }

    /** The mean over the classes that occur: rare classes count as much as frequent ones. */
    public static F1 macro(int classes) {
        return new F1(Average.MACRO, classes, 0);
    }

    /** The figure of the counts of all classes together. */
    public static F1 micro(int classes) {
        return new F1(Average.MICRO, classes, 0);
    }

    @Override
    public String name() {
        return average == Average.BINARY
                ? "f1"
                : average == Average.MACRO ? "f1_macro" : "f1_micro";
    }

    @Override
    public void update(int predicted, int label) {
        requireClass("Prediction", predicted);
        requireClass("Label", label);
        if (predicted == label) {
            truePositives[label]++;
        } else {
            falsePositives[predicted]++;
            falseNegatives[label]++;
        }
    }

    /** Counts one example that may have any number of classes. */
    public void update(boolean[] predicted, boolean[] labels) {
        if (predicted.length != labels.length || labels.length != truePositives.length) {
            throw new IllegalArgumentException(
                    "%d predictions and %d labels do not fit %d classes. Give one for each class."
                            .formatted(predicted.length, labels.length, truePositives.length));
        }
        for (int i = 0; i < labels.length; i++) {
            truePositives[i] += predicted[i] && labels[i] ? 1 : 0;
            falsePositives[i] += predicted[i] && !labels[i] ? 1 : 0;
            falseNegatives[i] += !predicted[i] && labels[i] ? 1 : 0;
        }
    }

    @Override
    public double value() {
        return switch (average) {
            case BINARY -> ofClass(positive);
            case MACRO -> mean();
            case MICRO -> f1(sum(truePositives), sum(falsePositives), sum(falseNegatives));
        };
    }

    /** The figure of one class against all others. */
    public double ofClass(int index) {
        requireClass("Class", index);
        return f1(truePositives[index], falsePositives[index], falseNegatives[index]);
    }

    private double mean() {
        double sum = 0;
        int classes = 0;
        for (int i = 0; i < truePositives.length; i++) {
            if (truePositives[i] + falsePositives[i] + falseNegatives[i] > 0) {
                sum += ofClass(i);
                classes++;
            }
        }
        return classes == 0 ? 0 : sum / classes;
    }

    private static double f1(long truePositives, long falsePositives, long falseNegatives) {
        long weight = 2 * truePositives + falsePositives + falseNegatives;
        return weight == 0 ? 0 : 2.0 * truePositives / weight;
    }

    private static long sum(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    private void requireClass(String what, int index) {
        if (index < 0 || index >= truePositives.length) {
            throw new IllegalArgumentException(
                    "%s %d is none of the %d classes. Leave ignored labels (-100) out."
                            .formatted(what, index, truePositives.length));
        }
    }
}
