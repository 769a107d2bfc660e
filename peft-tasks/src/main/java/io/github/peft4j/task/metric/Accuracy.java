package io.github.peft4j.task.metric;

/** The share of examples that were predicted right; 0 without examples. */
public final class Accuracy implements Metric {

    private long right;
    private long total;

    @Override
    public String name() {
        return "accuracy";
    }

    @Override
    public void update(int predicted, int label) {
        total++;
        right += predicted == label ? 1 : 0;
    }

    @Override
    public double value() {
        return total == 0 ? 0 : (double) right / total;
    }

    /** Number of examples. */
    public long total() {
        return total;
    }
}
