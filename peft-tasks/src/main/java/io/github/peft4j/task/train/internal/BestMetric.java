package io.github.peft4j.task.train.internal;

import io.github.peft4j.task.train.config.TrainingArguments;
import java.util.OptionalDouble;

/**
 * The best evaluation so far and how long ago it was, by Hugging Face's rules: any better figure is
 * the best one; patience counts evaluations that were not better by more than the threshold. A
 * figure that is no number is never better.
 *
 * @param best best figure, if there was one
 * @param step steps made before it; 0 if there was none
 * @param patience evaluations in a row that did not improve enough
 */
public record BestMetric(OptionalDouble best, long step, int patience) {

    static final BestMetric NONE = new BestMetric(OptionalDouble.empty(), 0, 0);

    /** Whether a figure is better than the best. */
    public boolean isBetter(TrainingArguments arguments, double figure) {
        return improves(arguments, figure, 0);
    }

    /** The state after an evaluation. */
    BestMetric after(TrainingArguments arguments, double figure, long at) {
        boolean enough = improves(arguments, figure, arguments.earlyStoppingThreshold());
        int waited = enough ? 0 : patience + 1;
        return isBetter(arguments, figure)
                ? new BestMetric(OptionalDouble.of(figure), at, waited)
                : new BestMetric(best, step, waited);
    }

    /** Whether patience has run out. */
    public boolean isExhausted(TrainingArguments arguments) {
        int limit = arguments.earlyStoppingPatience();
        return limit > 0 && patience >= limit;
    }

    private boolean improves(TrainingArguments arguments, double figure, double threshold) {
        if (Double.isNaN(figure)) {
            return false;
        }
        if (best.isEmpty()) {
            return true;
        }
        double gain = figure - best.getAsDouble();
        return (arguments.greaterIsBetter() ? gain : -gain) > threshold;
    }
}
