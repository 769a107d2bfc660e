package io.github.peft4j.examples.demo;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.Checks;
import io.github.peft4j.cli.console.ProgressBar;
import io.github.peft4j.cli.console.ReportFile;
import io.github.peft4j.cli.console.TextTable;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.examples.data.MnistData;
import io.github.peft4j.examples.demo.mnist.DigitScores;
import io.github.peft4j.examples.demo.mnist.MnistNet;
import io.github.peft4j.examples.demo.mnist.MnistOutcome;
import io.github.peft4j.examples.demo.mnist.MnistTraining;
import io.github.peft4j.examples.demo.story.AdapterSize;
import io.github.peft4j.examples.demo.story.WeightSnapshot;
import io.github.peft4j.model.ModuleTree;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import java.io.IOException;
import java.io.PrintWriter;
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
            ReportFile.requireWritable(json);
        }
        Engine.getEngine(Engines.PYTORCH).setRandomSeed(seed);
        try (Model model = Model.newInstance("mnist", Engines.PYTORCH)) {
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

            MnistOutcome outcome = MnistOutcome.judge(peft, net, before, test);
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

    private void printTable(MnistOutcome outcome, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%n3  Wrong of %,d test images, by digit; the digit %d went from %d to %d%n",
                outcome.on().images(),
                digit,
                outcome.before().wrong(digit),
                outcome.on().wrong(digit));
        String[] heads = "net,0,1,2,3,4,5,6,7,8,9,all,accuracy".split(",");
        new TextTable(heads)
                .addRow(outcome.before().row("before"))
                .addRow(outcome.on().row("LoRA on"))
                .addRow(outcome.partly().row("off in linear1"))
                .addRow(outcome.off().row("LoRA off"))
                .print(out);
    }

    private Checks prove(MnistOutcome all, boolean unchanged, long weights, PrintWriter out) {
        String bits = "bit for bit";
        out.println();
        return new Checks(out)
                .add(
                        all.off().sameBits(all.before()),
                        String.format(
                                Locale.ROOT,
                                "LoRA off: all %,d predictions as before, %s",
                                all.off().images(),
                                bits))
                .add(
                        unchanged,
                        String.format(
                                Locale.ROOT,
                                "all %,d original weights as before, %s",
                                weights,
                                bits))
                .add(
                        all.reloaded().sameBits(all.on()),
                        "saved in PEFT's format ("
                                + AdapterSize.text(all.bytes())
                                + "), loaded: as trained, "
                                + bits)
                .add(
                        all.merged().sameBits(all.on()),
                        "merged into the weights: as trained, " + bits);
    }

    private void check(boolean right, String option, int value, String rule) {
        if (!right) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + ", must be " + rule + ".");
        }
    }
}
