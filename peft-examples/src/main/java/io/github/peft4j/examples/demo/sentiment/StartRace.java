package io.github.peft4j.examples.demo.sentiment;

import ai.djl.engine.Engine;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.TextTable;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.calibrate.LoraCalibration;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Trains the same LoRA from one start after the other, on the same base, texts, order and number of
 * steps, and tells after how many steps each has reached the loss that the first one ends with.
 */
public final class StartRace {

    /** PEFT's default, which sets the mark. */
    public static final String DEFAULT = "true";

    /** The starts in the order of the table: by {@code init_lora_weights}. */
    public static final ImmutableList<String> STARTS =
            ImmutableList.of(
                    DEFAULT, "gaussian", "orthogonal", "pissa", "olora", "eva", "corda", "lora_ga");

    private static final int RANK = 8;
    private static final int ALPHA = 16;

    /** A loss is the mean of so many steps: that of a single batch says little. */
    private static final int WINDOW = 20;

    private static final double SECONDS = 1e-9;

    private final TextClassifier classifier;
    private final Domain domain;
    private final DemoSettings settings;
    private final double learningRate;
    private final PrintWriter out;
    private final List<Outcome> outcomes = new ArrayList<>();
    private double mark = Double.NaN;

    /**
     * What a start came to.
     *
     * @param start its value of {@code init_lora_weights}
     * @param preparation seconds from the config to the adapter, a calibration included
     * @param stepsToMark steps to the loss that the default ends with; -1 if it never came there
     * @param finalLoss mean of the last steps
     * @param accuracy on texts it has not seen
     */
    public record Outcome(
            String start, double preparation, int stepsToMark, double finalLoss, double accuracy) {}

    /** The figures for machines. */
    record Report(String task, double learningRate, int steps, double mark, List<Outcome> starts) {}

    /** A race with this learning rate for all. */
    public StartRace(
            TextClassifier classifier,
            Domain domain,
            DemoSettings settings,
            double learningRate,
            PrintWriter out) {
        this.classifier = classifier;
        this.domain = domain;
        this.settings = settings;
        this.learningRate = learningRate;
        this.out = out;
    }

    /** Trains and measures one start; the default first. */
    public void run(String start) throws IOException {
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(settings.seed());
        long begin = System.nanoTime();
        LoraConfig config = prepared(config(start));
        try (PeftModel model = PeftModels.getPeftModel(classifier.base(), config)) {
            double preparation = (System.nanoTime() - begin) * SECONDS;
            List<Double> losses =
                    classifier.train(
                            model,
                            domain.train(),
                            learningRate,
                            settings.epochs(),
                            settings.seed(),
                            start,
                            out);
            double last = mean(losses, losses.size());
            if (outcomes.isEmpty()) {
                mark = last;
            }
            outcomes.add(
                    new Outcome(
                            start,
                            preparation,
                            stepsTo(losses),
                            last,
                            classifier.answers(model, domain.test()).accuracy()));
        }
    }

    private static LoraConfig config(String start) {
        LoraConfig.Builder builder =
                LoraConfig.builder().optR(RANK).optLoraAlpha(ALPHA).optTaskType(TaskType.SEQ_CLS);
        return start.equals(DEFAULT)
                ? builder.build()
                : builder.optInitLoraWeights(start).build(warning -> {});
    }

    private LoraConfig prepared(LoraConfig config) {
        return LoraCalibration.needs(config)
                ? classifier.calibrated(
                        domain.train(),
                        settings.seed(),
                        batches ->
                                LoraCalibration.of(classifier.base())
                                        .build()
                                        .calibrate(config, batches))
                : config;
    }

    private int stepsTo(List<Double> losses) {
        for (int step = WINDOW; step <= losses.size(); step++) {
            if (mean(losses, step) <= mark) {
                return step;
            }
        }
        return -1;
    }

    private static double mean(List<Double> losses, int end) {
        return losses.subList(Math.max(0, end - WINDOW), end).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(Double.NaN);
    }

    public ImmutableList<Outcome> outcomes() {
        return ImmutableList.copyOf(outcomes);
    }

    public TextTable table() {
        TextTable table =
                new TextTable(
                        "start",
                        "prepared in s",
                        "steps to the mark",
                        "loss at the end",
                        "accuracy");
        for (Outcome outcome : outcomes) {
            table.addRow(
                    outcome.start(),
                    String.format(Locale.ROOT, "%.1f", outcome.preparation()),
                    outcome.stepsToMark() < 0 ? "never" : String.valueOf(outcome.stepsToMark()),
                    outcome.finalLoss(),
                    outcome.accuracy());
        }
        return table;
    }

    public Report report() {
        return new Report(
                "starts",
                learningRate,
                classifier.steps(domain.train(), settings.epochs()),
                mark,
                outcomes());
    }
}
