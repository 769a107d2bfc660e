package io.github.peft4j.examples.demo.story;

import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.console.ProgressBar;
import io.github.peft4j.engine.Interruption;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.train.Objective;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import java.io.IOException;
import java.io.PrintWriter;

/** Trains the active adapter of a demo, with a progress bar. */
public final class Trainings {

    private Trainings() {}

    /** Where most demos start: clipped gradients, a warm-up, then a linear decay to 0. */
    public static TrainingArgumentsBuilder arguments(DemoSettings settings, double learningRate) {
        return TrainingArguments.builder()
                .optLearningRate(learningRate)
                .optEpochs(settings.epochs())
                .optWarmupRatio(0.06)
                .optWeightDecay(0.01)
                .optMaxGradNorm(1)
                .optSeed(settings.seed());
    }

    /** Trains by the loss of the labels. */
    public static void run(
            PeftModel model,
            TrainingArguments arguments,
            BatchLoader batches,
            String label,
            PrintWriter out)
            throws IOException {
        run(model, arguments, batches, Objective.ofLabels(), label, out);
    }

    /** Trains by a loss of one's own. */
    public static void run(
            PeftModel model,
            TrainingArguments arguments,
            BatchLoader batches,
            Objective objective,
            String label,
            PrintWriter out)
            throws IOException {
        int steps = Math.toIntExact(arguments.totalSteps(batches.batchCount()));
        try (ProgressBar bar = new ProgressBar(label, steps, out)) {
            PeftTrainer.builder(model, arguments)
                    .addListener(new LossProgress(bar))
                    .optObjective(objective)
                    .build()
                    .fit(batches, null);
            Interruption.check("The training"); // nothing is shown or saved of half a training
        }
    }
}
