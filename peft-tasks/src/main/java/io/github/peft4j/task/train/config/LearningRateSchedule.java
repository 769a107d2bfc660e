package io.github.peft4j.task.train.config;

/**
 * What the learning rate is multiplied by at each step, as Hugging Face's {@code get_scheduler}.
 *
 * <p>With step t (0 is the first), w warm-up steps and T steps in all: t / w while t is less than
 * w, so the first step of a warm-up learns nothing; then
 *
 * <ul>
 *   <li>{@link #LINEAR}: (T - t) / (T - w), down to 0
 *   <li>{@link #COSINE}: (1 + cos(pi (t - w) / (T - w))) / 2, down to 0
 *   <li>{@link #CONSTANT_WITH_WARMUP}: 1
 * </ul>
 *
 * <p>{@link #CONSTANT} is 1 from the first step on. Any other rule is a lambda.
 */
@FunctionalInterface
public interface LearningRateSchedule {

    /** Warm-up, then down to 0 along a line. */
    LearningRateSchedule LINEAR =
            (step, warmup, total) ->
                    step < warmup
                            ? (double) step / Math.max(1, warmup)
                            : Math.max(0, (double) (total - step) / Math.max(1, total - warmup));

    /** Warm-up, then down to 0 along half a cosine. */
    LearningRateSchedule COSINE =
            (step, warmup, total) -> {
                if (step < warmup) {
                    return (double) step / Math.max(1, warmup);
                }
                double progress = (double) (step - warmup) / Math.max(1, total - warmup);
                return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress)));
            };

    /** Warm-up, then 1. */
    LearningRateSchedule CONSTANT_WITH_WARMUP =
            (step, warmup, total) -> step < warmup ? (double) step / Math.max(1, warmup) : 1;

    /** 1 at every step, without warm-up. */
    LearningRateSchedule CONSTANT = (step, warmup, total) -> 1;

    /**
     * The multiplier of a step.
     *
     * @param step number of the optimizer step, from 0
     * @param warmupSteps steps of the warm-up
     * @param totalSteps steps of the whole training
     */
    double multiplier(long step, long warmupSteps, long totalSteps);

    /**
     * A rise over a share of the steps on top of a line down to 0: min(1, (t + 1) / (share T)) (1 -
     * t / T). Unlike {@link #LINEAR} its first step learns already. Does not look at warm-up steps.
     *
     * @param warmupShare share of the steps, over 0 and at most 1
     */
    static LearningRateSchedule risingLinear(double warmupShare) {
        if (!(warmupShare > 0 && warmupShare <= 1)) {
            throw new IllegalArgumentException(
                    "warmupShare %s is not in (0, 1]. Give a share of the steps, e.g. 0.06."
                            .formatted(warmupShare));
        }
        return (step, warmup, total) ->
                Math.min(1, (step + 1) / (warmupShare * total))
                        * Math.max(0, 1 - (double) step / total);
    }

    /**
     * The schedule of Hugging Face's {@code lr_scheduler_type}.
     *
     * @throws IllegalArgumentException if it is none of {@code linear}, {@code cosine}, {@code
     *     constant}, {@code constant_with_warmup}
     */
    static LearningRateSchedule of(String name) {
        LearningRateSchedule schedule = NamedSchedules.BY_NAME.get(name);
        if (schedule == null) {
            throw new IllegalArgumentException(
                    "lr_scheduler_type '%s' is none of %s. Use one of them or pass a lambda."
                            .formatted(name, NamedSchedules.BY_NAME.keySet()));
        }
        return schedule;
    }
}
