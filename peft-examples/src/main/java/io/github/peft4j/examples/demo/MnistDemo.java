package io.github.peft4j.examples.demo;

import ai.djl.Model;
import ai.djl.engine.Engine;
import io.github.peft4j.examples.console.DemoReport;
import io.github.peft4j.examples.console.ProgressBar;
import io.github.peft4j.examples.console.TextTable;
import io.github.peft4j.examples.data.MnistData;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a plain DJL network on handwritten digits and counts its mistakes digit by digit. */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "mnist",
        description = "Handwritten digits: a plain DJL network, trained here, 2.8 M parameters.")
public final class MnistDemo implements Callable<Integer> {

    private static final int BATCH = 10;

    @Spec private CommandSpec spec;

    @Option(names = "--epochs", paramLabel = "N", description = "Rounds over the training images.")
    private int epochs = 1;

    @Option(names = "--rank", paramLabel = "R", description = "Rank of the adapter.")
    private int rank = 1;

    @Option(names = "--alpha", paramLabel = "A", description = "The adapter counts alpha / rank.")
    private int alpha = 1;

    @Option(names = "--digit", paramLabel = "D", description = "Digit to adapt to, 0 to 9.")
    private int digit = 9;

    @Option(names = "--seed", paramLabel = "N", description = "Start values and order of batches.")
    private int seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the figures here.")
    private @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        check(epochs >= 1, "--epochs", epochs, "at least 1");
        check(rank >= 1, "--rank", rank, "at least 1");
        check(alpha >= 1, "--alpha", alpha, "at least 1");
        check(digit >= 0 && digit < MnistData.DIGITS, "--digit", digit, "0 to 9");
        if (json != null) {
            DemoReport.requireWritable(json);
        }
        long start = System.nanoTime();
        PrintStream out = System.out;
        MnistData train = MnistData.train();
        MnistData test = MnistData.test();
        Engine.getEngine("PyTorch").setRandomSeed(seed);
        try (Model model = Model.newInstance("mnist", "PyTorch")) {
            model.setBlock(new MnistNet());
            trainBase(model, train);
            int[] wrong = MnistTraining.wrongPerDigit(MnistTraining.predict(model, test), test);
            out.println("Wrong of " + test.size() + " test images:");
            wrongTable().addRow(row("plain net", wrong)).print(out);
            report(start, accuracy(wrong, test));
        }
        return 0;
    }

    private void trainBase(Model model, MnistData train) {
        for (int epoch = 1; epoch <= epochs; epoch++) {
            List<int[]> batches = MnistData.batches(train.rows(), BATCH, seed + epoch - 1L);
            try (ProgressBar bar = new ProgressBar("epoch " + epoch, batches.size())) {
                MnistTraining.train(model, train, batches, bar);
            }
        }
    }

    private void report(long start, double before) throws IOException {
        if (json == null) {
            return;
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, Double> none = Map.of();
        new DemoReport("mnist", seconds, 0, 0, Map.of("accuracy", before), none, none, none)
                .write(json);
    }

    private static TextTable wrongTable() {
        return new TextTable("digit", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "all");
    }

    private static Object[] row(String name, int[] wrong) {
        Object[] row = new Object[wrong.length + 2];
        row[0] = name;
        for (int i = 0; i < wrong.length; i++) {
            row[i + 1] = wrong[i];
        }
        row[wrong.length + 1] = Arrays.stream(wrong).sum();
        return row;
    }

    private static double accuracy(int[] wrong, MnistData data) {
        return 1 - (double) Arrays.stream(wrong).sum() / data.size();
    }

    private void check(boolean right, String option, int value, String rule) {
        if (!right) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + ", must be " + rule + ".");
        }
    }
}
