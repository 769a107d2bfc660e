package io.github.peft4j.examples.demo;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.examples.console.Checks;
import io.github.peft4j.examples.console.DemoReport;
import io.github.peft4j.examples.console.ProgressBar;
import io.github.peft4j.examples.console.TextTable;
import io.github.peft4j.examples.data.MnistData;
import io.github.peft4j.model.ModuleTree;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.LoraInitializer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Trains a plain DJL network on handwritten digits, then lets LoRA adapt its weights to one digit
 * it is bad at, and shows that the network itself has not moved by a bit.
 */
@SuppressWarnings("NullAway.Init") // picocli fills what is required
@Command(
        name = "mnist",
        description = "Handwritten digits: LoRA on a plain DJL network, trained here.")
public final class MnistDemo implements Callable<Integer> {

    private static final int BATCH = 10;
    private static final int ADAPTER_BATCHES = 100;
    private static final String[] LAYERS = {"linear1", "linear2", "linear3"};

    @Spec private CommandSpec spec;

    @Option(names = "--epochs", paramLabel = "N", description = "Rounds over the training images.")
    private int epochs = 1;

    @Option(names = "--images", paramLabel = "N", description = "Train on the first N images only.")
    private int images = 60_000;

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
        check(images >= BATCH && images <= 60_000, "--images", images, "10 to 60000");
        check(rank >= 1, "--rank", rank, "at least 1");
        check(alpha >= 1, "--alpha", alpha, "at least 1");
        check(digit >= 0 && digit < MnistData.DIGITS, "--digit", digit, "0 to 9");
        if (json != null) {
            DemoReport.requireWritable(json);
        }
        Engine.getEngine("PyTorch").setRandomSeed(seed);
        try (Model model = Model.newInstance("mnist", "PyTorch")) {
            Block net = new MnistNet();
            net.initialize(model.getNDManager(), DataType.FLOAT32, new Shape(1, MnistData.PIXELS));
            model.setBlock(net);
            return run(net, System.nanoTime());
        }
    }

    private int run(Block net, long start) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        MnistData train = MnistData.train();
        MnistData test = MnistData.test();
        out.println("1  A plain DJL network, 784-1000-2000-10, learns all ten digits");
        trainNet(net, train, out);
        DigitScores before = DigitScores.of(net, test);
        WeightSnapshot weights = WeightSnapshot.of(ModuleTree.parameters(net));

        out.printf("%n2  LoRA adapts the weights of its three layers to the digit %d%n", digit);
        LoraConfig config =
                LoraConfig.builder()
                        .optR(rank)
                        .optLoraAlpha(alpha)
                        .optTargetModules(LAYERS)
                        .optInitLoraWeights(LoraInitializer.normal(1))
                        .build();
        try (PeftModel peft = PeftModels.getPeftModel(net, config)) {
            long count = peft.trainableParameters().trainable();
            out.printf(
                    Locale.ROOT,
                    "parameters: original %,d, LoRA %,d (%.3f%%)%n",
                    weights.count(),
                    count,
                    100.0 * count / weights.count());
            trainAdapter(peft, train, out);

            Outcome outcome = judge(peft, net, before, test);
            printTable(outcome, out);
            boolean unchanged = weights.equals(WeightSnapshot.of(ModuleTree.parameters(net)));
            Checks checks = prove(outcome, unchanged, weights.count(), out);
            if (json != null) {
                double seconds = (System.nanoTime() - start) / 1e9;
                outcome.report(seconds, count).write(json);
            }
            return checks.allHeld() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private void trainNet(Block net, MnistData train, PrintWriter out) {
        int[] rows = Arrays.copyOf(train.rows(), images);
        for (int epoch = 1; epoch <= epochs; epoch++) {
            List<int[]> batches = MnistData.batches(rows, BATCH, seed + epoch - 1L);
            try (ProgressBar bar = new ProgressBar("epoch " + epoch, batches.size(), out)) {
                MnistTraining.train(net, ModuleTree.parameters(net), train, batches, bar);
            }
        }
    }

    private void trainAdapter(PeftModel peft, MnistData train, PrintWriter out) {
        List<int[]> batches = MnistData.batches(train.rowsOf(digit), BATCH, seed);
        try (ProgressBar bar = new ProgressBar("digit " + digit, ADAPTER_BATCHES, out)) {
            MnistTraining.train(
                    peft, peft.trainableTensors(), train, batches.subList(0, ADAPTER_BATCHES), bar);
        }
    }

    /** Predictions of all kinds of use of one adapter, and its size on disk. */
    private record Outcome(
            DigitScores before,
            DigitScores on,
            DigitScores partly,
            DigitScores off,
            DigitScores reloaded,
            DigitScores merged,
            long bytes) {

        DemoReport report(double seconds, long parameters) {
            return new DemoReport(
                    "mnist",
                    seconds,
                    parameters,
                    bytes,
                    before.metrics(),
                    on.metrics(),
                    reloaded.metrics(),
                    off.metrics());
        }
    }

    private static Outcome judge(PeftModel peft, Block net, DigitScores before, MnistData test)
            throws IOException {
        DigitScores on = DigitScores.of(peft, test);
        DigitScores partly;
        try (DisabledAdapters firstLayer = peft.disableAdapter(LAYERS[0])) {
            partly = DigitScores.of(peft, test);
        }
        DigitScores off;
        try (DisabledAdapters all = peft.disableAdapter()) {
            off = DigitScores.of(peft, test);
        }
        DigitScores merged;
        try (MergedModel model = peft.mergeAndUnload()) {
            merged = DigitScores.of(model, test);
        }
        Path directory = Files.createTempDirectory("peft-mnist");
        try {
            peft.savePretrained(directory);
            try (PeftModel again = PeftModels.fromPretrained(net, directory)) {
                DigitScores reloaded = DigitScores.of(again, test);
                long bytes = AdapterSize.of(directory);
                return new Outcome(before, on, partly, off, reloaded, merged, bytes);
            }
        } finally {
            MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
        }
    }

    private void printTable(Outcome outcome, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%n3  Wrong of %,d test images, by digit; the digit %d went from %d to %d%n",
                outcome.on.images(),
                digit,
                outcome.before.wrong()[digit],
                outcome.on.wrong()[digit]);
        String[] heads = "net,0,1,2,3,4,5,6,7,8,9,all,accuracy".split(",");
        new TextTable(heads)
                .addRow(outcome.before.row("before"))
                .addRow(outcome.on.row("LoRA on"))
                .addRow(outcome.partly.row("off in " + LAYERS[0]))
                .addRow(outcome.off.row("LoRA off"))
                .print(out);
    }

    private Checks prove(Outcome all, boolean unchanged, long weights, PrintWriter out) {
        String bits = "bit for bit";
        out.println();
        return new Checks(out)
                .add(
                        all.off.sameBits(all.before),
                        String.format(
                                Locale.ROOT,
                                "LoRA off: all %,d predictions as before, %s",
                                all.off.images(),
                                bits))
                .add(
                        unchanged,
                        String.format(
                                Locale.ROOT,
                                "all %,d original weights as before, %s",
                                weights,
                                bits))
                .add(
                        all.reloaded.sameBits(all.on),
                        "saved in PEFT's format ("
                                + AdapterSize.text(all.bytes)
                                + "), loaded: as trained, "
                                + bits)
                .add(all.merged.sameBits(all.on), "merged into the weights: as trained, " + bits);
    }

    private void check(boolean right, String option, int value, String rule) {
        if (!right) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + ", must be " + rule + ".");
        }
    }
}
