package io.github.peft4j.cli.bench;

import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.plan.TrainingMeter;
import io.github.peft4j.task.train.plan.TrainingPlan;
import io.github.peft4j.task.train.plan.TrainingReport;

/**
 * A plan of a train workload, and what its steps took.
 *
 * @param meter measures since the plan was made
 */
record PlannedSteps(TrainingMeter meter) {

    private static final double MIB = 1 << 20;

    static PlannedSteps of(Workload workload, PeftModel model, BatchSet batches, int steps) {
        TrainingArguments arguments =
                TrainingArguments.builder()
                        .optMaxSteps(steps)
                        .optMaxGradNorm(workload.number("max_grad_norm"))
                        .build();
        return new PlannedSteps(
                new TrainingMeter(TrainingPlan.of(model, arguments, BatchRows.loader(batches))));
    }

    /** Ends the measurement; the steps of the warm-up are not counted. */
    void putInto(JsonObject result, Stopwatches time, int warmup) {
        try (meter) {
            for (int step = warmup; step < time.count(); step++) {
                meter.addStep(time.seconds(step));
            }
            TrainingReport report = meter.report();
            result.addProperty("planned_peak_rss_mb", report.plan().memory().peak() / MIB);
            result.addProperty("planned_step_seconds", report.plan().time().step());
            result.addProperty("plan", report.describe());
        }
    }
}
