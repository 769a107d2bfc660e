package io.github.peft4j.examples.quickstart;

import io.github.peft4j.PeftModel;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.ResumeMode;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.TrainingResult;
import io.github.peft4j.task.train.score.ClassScorer;
import io.github.peft4j.task.train.watch.ConsoleBar;
import io.github.peft4j.task.train.watch.CsvLog;
import io.github.peft4j.task.train.watch.JfrEvents;
import io.github.peft4j.task.train.watch.TensorBoardLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** Trainings that are watched, stopped and resumed. */
public final class WatchTraining {

    private WatchTraining() {}

    /** Trains, shows it in all ways, and keeps the adapter of the best F1. */
    public static TrainingResult train(
            PeftModel model, BatchSource train, BatchSource validation, Path runs)
            throws IOException {
        // snippet: watch
        TrainingArguments arguments =
                TrainingArguments.builder()
                        .optEpochs(3)
                        .optLoggingSteps(10)
                        .optMetricForBestModel("f1_macro")
                        .optLoadBestModelAtEnd(true)
                        .optOutputDir(runs.resolve("checkpoints"))
                        .optResume(ResumeMode.IF_PRESENT)
                        .build();
        PeftTrainer trainer =
                PeftTrainer.builder(model, arguments)
                        .optScorer(new ClassScorer(train.labels()))
                        .addListener(new ConsoleBar())
                        .addListener(new CsvLog(runs.resolve("history.csv")))
                        .addListener(new TensorBoardLog(runs.resolve("tensorboard")))
                        .addListener(new JfrEvents())
                        .build();
        // end
        // snippet: stop
        Thread training = Thread.currentThread();
        Thread onStop =
                new Thread(
                        () -> {
                            if (trainer.stop()) {
                                try {
                                    training.join(60_000); // until the checkpoint is written
                                } catch (InterruptedException e) {
                                    Thread.currentThread().interrupt();
                                }
                            }
                        });
        Runtime.getRuntime().addShutdownHook(onStop);
        TrainingResult result = trainer.fit(train, validation);
        // end
        return result;
    }

    /** Trains with a figure of one's own: how sure the model is. */
    public static TrainingResult ownFigure(
            PeftModel model, BatchSource train, BatchSource validation) throws IOException {
        TrainingArguments arguments =
                TrainingArguments.builder().optEpochs(2).optMetricForBestModel("margin").build();
        // snippet: scorer
        PeftTrainer trainer =
                PeftTrainer.builder(model, arguments)
                        .optScorer(
                                predictions -> {
                                    double sum = 0;
                                    for (float[] logits : predictions.logits()) {
                                        float[] sorted = logits.clone();
                                        Arrays.sort(sorted);
                                        int last = sorted.length - 1;
                                        sum += sorted[last] - sorted[last - 1];
                                    }
                                    return Map.of("margin", sum / predictions.size());
                                })
                        .build();
        // end
        return trainer.fit(train, validation);
    }
}
