package io.github.peft4j.cli.inspect;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Interruption;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.config.TrainingArgumentsBuilder;
import io.github.peft4j.task.train.plan.MachineMemory;
import io.github.peft4j.task.train.plan.TrainingMeter;
import io.github.peft4j.task.train.plan.TrainingPlan;
import io.github.peft4j.task.train.plan.TrainingReport;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said of a training, for a plan of it. */
@SuppressWarnings("NullAway.Init") // picocli fills it
final class TrainingOfPlan {

    /** Random rows make so many batches. */
    private static final int BATCHES = 8;

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Plan a training on these texts, one a line; labels are made up.")
    private @Nullable Path data;

    @Option(
            names = "--max-length",
            paramLabel = "N",
            description =
                    "Cut texts to so many tokens; without --data, plan a training on rows of so"
                            + " many random tokens.")
    private @Nullable Integer maxLength;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Rows a batch; without, that of the arguments, or 8.")
    private @Nullable Integer batchSize;

    @Option(
            names = "--arguments",
            paramLabel = "FILE",
            description = "Training arguments as JSON, as Hugging Face has them.")
    private @Nullable Path arguments;

    @Option(
            names = "--train",
            paramLabel = "STEPS",
            description = "Train so many steps after it, and show what they took.")
    private @Nullable Integer train;

    /** Whether a training is to be planned. */
    boolean isAsked() {
        return data != null || maxLength != null;
    }

    /** What is wrong with the options, or null. */
    @Nullable String mistake() {
        if (maxLength != null && maxLength < 1) {
            return "--max-length is %d, must be 1 or more.".formatted(maxLength);
        }
        boolean vain = batchSize != null || arguments != null || train != null;
        return vain && !isAsked()
                ? "--batch-size, --arguments and --train are about a training. Give --data FILE or"
                        + " --max-length N, so that it has examples."
                : null;
    }

    private TrainingArguments arguments() throws IOException {
        TrainingArguments read =
                arguments == null
                        ? TrainingArguments.builder().build()
                        : TrainingArguments.fromJsonFile(arguments);
        TrainingArgumentsBuilder asked = read.toBuilder();
        if (batchSize != null) {
            asked.optPerDeviceTrainBatchSize(batchSize);
        }
        if (train != null) {
            asked.optMaxSteps(train);
        }
        return asked.build();
    }

    private BatchSource examples(Path checkpoint, TransformerModel base, TaskType task, int rows)
            throws IOException {
        if (data != null) {
            EncodeOptions options =
                    maxLength == null
                            ? EncodeOptions.DEFAULT
                            : EncodeOptions.truncatedTo(maxLength);
            return UnlabelledRows.ofLines(data, options, checkpoint, base, task);
        }
        int length = maxLength == null ? 1 : maxLength;
        return UnlabelledRows.random(rows * BATCHES, length, base, task);
    }

    /** Plans, trains if asked to, and prints both. The report has no steps if none were made. */
    TrainingReport show(Path checkpoint, TransformerModel base, PeftConfig config, PrintWriter out)
            throws IOException {
        TaskType task =
                config.taskType()
                        .orElseThrow(
                                () ->
                                        new UnsupportedFeatureException(
                                                "A training needs a task, and neither the config"
                                                        + " nor --task names one. Add --task."));
        TrainingArguments asked = arguments();
        BatchSource examples = examples(checkpoint, base, task, asked.perDeviceTrainBatchSize());
        try (PeftModel model = PeftModels.getPeftModel(base, config)) {
            TrainingPlan plan = new PeftTrainer(model, asked).plan(examples);
            out.println();
            if (data == null) {
                out.println(
                        "training on rows of "
                                + maxLength
                                + " random tokens, as no --data was given");
            }
            TrainingReport report = new TrainingReport(plan, 0, 0, 0);
            if (train != null) {
                try (TrainingMeter meter = new TrainingMeter(plan)) {
                    PeftTrainer.builder(model, asked)
                            .addListener(meter)
                            .build()
                            .fit(examples, null);
                    Interruption.check("The training");
                    report = meter.report();
                }
            }
            out.println(train == null ? plan : report);
            plan.misfit(MachineMemory.here()).ifPresent(out::println);
            return report;
        }
    }
}
