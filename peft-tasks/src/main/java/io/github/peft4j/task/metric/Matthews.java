package io.github.peft4j.task.metric;

/**
 * Matthews' correlation of predictions and labels, for two classes or more, from -1 to 1.
 *
 * <p>With n examples, c right ones, \(p_k\) predictions and \(t_k\) labels of class k, it is \((c n
 * - \sum_k p_k t_k) / \sqrt{(n^2 - \sum_k p_k^2)(n^2 - \sum_k t_k^2)}\), and 0 where that is 0 / 0:
 * all labels, or all predictions, are one class. Equals scikit-learn's {@code matthews_corrcoef}.
 *
 * @see <a href="https://doi.org/10.1016/j.compbiolchem.2004.09.006">Gorodkin 2004</a>
 */
public final class Matthews implements Metric {

    private final ConfusionMatrix counts;

    /** For classes numbered from 0 to {@code classes - 1}. */
    public Matthews(int classes) {
        counts = new ConfusionMatrix(classes);
    }

    @Override
    public String name() {
        return "matthews_correlation";
    }

    @Override
    public void update(int predicted, int label) {
        counts.update(predicted, label);
    }

    @Override
    public double value() {
        double all = counts.total();
        double right = 0;
        double both = 0;
        double predictions = 0;
        double labels = 0;
        for (int k = 0; k < counts.classes(); k++) {
            double predicted = counts.predicted(k);
            double support = counts.support(k);
            right += counts.truePositives(k);
            both += predicted * support;
            predictions += predicted * predicted;
            labels += support * support;
        }
        double scale = Math.sqrt((all * all - predictions) * (all * all - labels));
        return scale == 0 ? 0 : (right * all - both) / scale;
    }
}
