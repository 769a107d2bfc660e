package io.github.peft4j.task.train.plan;

/**
 * A plan, and what its training took.
 *
 * @param plan the plan
 * @param peak the largest resident size of the process during the training, in bytes; 0 where the
 *     system does not tell
 * @param step mean seconds of an optimizer step
 * @param steps steps that were made
 */
public record TrainingReport(TrainingPlan plan, long peak, double step, long steps) {

    /** By how many percent the plan's peak is above the measured one; NaN if one is not known. */
    public double memoryError() {
        return error((double) plan.memory().peak(), (double) peak);
    }

    /** By how many percent the plan's step is above the measured one; NaN without steps. */
    public double timeError() {
        return error(plan.time().step(), step);
    }

    private static double error(double planned, double measured) {
        return planned > 0 && measured > 0 ? 100 * (planned / measured - 1) : Double.NaN;
    }

    /** A table for people: planned, measured, error. */
    public String describe() {
        return PlanText.table(this);
    }

    @Override
    public String toString() {
        return describe();
    }
}
