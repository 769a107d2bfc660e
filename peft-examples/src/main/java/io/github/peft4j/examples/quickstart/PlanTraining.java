package io.github.peft4j.examples.quickstart;

import io.github.peft4j.PeftModel;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.plan.MachineMemory;
import io.github.peft4j.task.train.plan.TrainingMeter;
import io.github.peft4j.task.train.plan.TrainingPlan;
import java.io.IOException;

/** What a training takes, before and after it. */
public final class PlanTraining {

    private PlanTraining() {}

    /** Trains if the training fits this machine, and compares it with its plan. */
    public static void train(PeftModel model, TrainingArguments arguments, BatchSource examples)
            throws IOException {
        // snippet: plan
        TrainingPlan plan = TrainingPlan.of(model, arguments, examples);
        System.out.println(plan.describe());
        plan.require(MachineMemory.here()); // says what to lower if it does not fit
        try (TrainingMeter meter = new TrainingMeter(plan)) {
            PeftTrainer.builder(model, arguments).addListener(meter).build().fit(examples, null);
            System.out.println(meter.report().describe()); // planned, measured, error
        }
        // end
    }
}
