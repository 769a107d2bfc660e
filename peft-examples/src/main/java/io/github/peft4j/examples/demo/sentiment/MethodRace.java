package io.github.peft4j.examples.demo.sentiment;

import ai.djl.engine.Engine;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.TextTable;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.examples.demo.story.AdapterSize;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.task.preset.MethodPreset;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Trains one method after the other on the same base, texts, order and number of steps. */
public final class MethodRace {

    private static final double MILLIS = 1e-6;

    private final TextClassifier classifier;
    private final Domain domain;
    private final DemoSettings settings;
    private final PrintWriter out;
    private final List<Outcome> outcomes = new ArrayList<>();
    private double majority;
    private int leftOut;

    /**
     * What a method came to.
     *
     * @param method its name
     * @param learningRate the preset's
     * @param trainableParameters numbers that were trained, the head's included
     * @param adapterBytes size on disk
     * @param millisecondsPerStep wall clock of the training by its steps
     * @param accuracy on texts it has not seen
     */
    public record Outcome(
            String method,
            double learningRate,
            long trainableParameters,
            long adapterBytes,
            double millisecondsPerStep,
            double accuracy) {}

    /**
     * The figures for machines.
     *
     * @param task the demo's name
     * @param majority accuracy of always naming the most frequent class
     * @param methods a row each
     */
    record Report(String task, double majority, List<Outcome> methods) {}

    public MethodRace(
            TextClassifier classifier, Domain domain, DemoSettings settings, PrintWriter out) {
        this.classifier = classifier;
        this.domain = domain;
        this.settings = settings;
        this.out = out;
    }

    /** Trains and measures one; says why if its preset does not fit the base. */
    public void run(MethodPreset preset) throws IOException {
        try {
            measure(preset);
        } catch (IllegalArgumentException | UnsupportedFeatureException e) {
            out.println("  [left out] " + preset.name() + ": " + e.getMessage());
            leftOut++;
        }
    }

    private void measure(MethodPreset preset) throws IOException {
        int steps = classifier.steps(domain.train(), settings.epochs());
        PeftConfig config = preset.config(TaskType.SEQ_CLS, steps);
        String method = preset.name();
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(settings.seed());
        try (PeftModel model = PeftModels.getPeftModel(classifier.base(), config)) {
            long start = System.nanoTime();
            classifier.train(model, domain.train(), preset, settings, out);
            double millis = (System.nanoTime() - start) * MILLIS / steps;
            Path folder = settings.adapters().resolve(method.toLowerCase(Locale.ROOT));
            model.savePretrained(folder);
            Answers answers = classifier.answers(model, domain.test());
            majority = answers.majority();
            outcomes.add(
                    new Outcome(
                            method,
                            preset.learningRate(),
                            model.trainableParameters().trainable(),
                            AdapterSize.of(folder),
                            millis,
                            answers.accuracy()));
        }
    }

    /** How many presets did not fit the base. */
    public int leftOut() {
        return leftOut;
    }

    public ImmutableList<Outcome> outcomes() {
        return ImmutableList.copyOf(outcomes);
    }

    /** Accuracy of always naming the most frequent class of the test texts; 0 before any run. */
    public double majority() {
        return majority;
    }

    public TextTable table() {
        TextTable table =
                new TextTable(
                        "method", "trainable", "on disk", "ms a step", "learning rate", "accuracy");
        table.addRow("(majority)", 0L, "", "", "", majority());
        for (Outcome outcome : outcomes) {
            table.addRow(
                    outcome.method(),
                    outcome.trainableParameters(),
                    AdapterSize.text(outcome.adapterBytes()),
                    String.format(Locale.ROOT, "%.0f", outcome.millisecondsPerStep()),
                    String.valueOf(outcome.learningRate()),
                    outcome.accuracy());
        }
        return table;
    }

    public Report report() {
        return new Report("methods", majority(), outcomes());
    }
}
