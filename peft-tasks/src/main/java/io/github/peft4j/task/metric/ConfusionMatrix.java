package io.github.peft4j.task.metric;

/**
 * Counts how often each class was predicted for each class.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class ConfusionMatrix {

    private final long[][] counts;

    /** For classes numbered from 0 to {@code classes - 1}. */
    public ConfusionMatrix(int classes) {
        if (classes < 1) {
            throw new IllegalArgumentException(
                    "%d classes cannot be counted. Give the number of labels.".formatted(classes));
        }
        this.counts = new long[classes][classes];
    }

    /** Counts one example. */
    public void update(int predicted, int label) {
        counts[requireClass("Label", label)][requireClass("Prediction", predicted)]++;
    }

    /** Number of classes. */
    public int classes() {
        return counts.length;
    }

    /** How many examples of a class were predicted as another, or the same. */
    public long count(int predicted, int label) {
        return counts[requireClass("Label", label)][requireClass("Prediction", predicted)];
    }

    /** Number of examples. */
    public long total() {
        long total = 0;
        for (int label = 0; label < counts.length; label++) {
            total += support(label);
        }
        return total;
    }

    /** Number of examples of a class. */
    public long support(int label) {
        long support = 0;
        for (long count : counts[requireClass("Label", label)]) {
            support += count;
        }
        return support;
    }

    /** Number of examples predicted as a class. */
    public long predicted(int predicted) {
        int column = requireClass("Prediction", predicted);
        long sum = 0;
        for (long[] row : counts) {
            sum += row[column];
        }
        return sum;
    }

    /** Number of examples of a class that were predicted as such. */
    public long truePositives(int label) {
        return count(label, label);
    }

    /** Number of examples of other classes that were predicted as this one. */
    public long falsePositives(int label) {
        return predicted(label) - truePositives(label);
    }

    /** Number of examples of a class that were predicted as another. */
    public long falseNegatives(int label) {
        return support(label) - truePositives(label);
    }

    private int requireClass(String what, int index) {
        if (index < 0 || index >= counts.length) {
            throw new IllegalArgumentException(
                    "%s %d is none of the %d classes. Leave ignored labels (-100) out."
                            .formatted(what, index, counts.length));
        }
        return index;
    }
}
