package io.github.peft4j.examples.demo.mnist;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.github.peft4j.cli.console.ProgressBar;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.examples.data.MnistData;
import io.github.peft4j.task.train.optim.AdamW;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Trains and judges a digit classifier: Adam (learning rate 1e-3), cross entropy. The block may be
 * {@link MnistNet} or that net under an adapter; both go the same way, only the trained tensors
 * differ.
 *
 * <p>Everything made in a step, the batch included, lives in one manager that is closed after the
 * update: DJL frees nothing before.
 */
public final class MnistTraining {

    private static final double LEARNING_RATE = 1e-3;
    private static final int BATCH_OF_PREDICTION = 1000;

    private MnistTraining() {}

    /**
     * Trains on these batches, one step each, with a fresh optimizer.
     *
     * @param block from [B, 784] to [B, 10]
     * @param trained the tensors that the optimizer moves
     * @param batches rows of {@code data}
     * @param bar told of each step
     */
    public static void train(
            Block block,
            Map<String, Parameter> trained,
            MnistData data,
            List<int[]> batches,
            ProgressBar bar) {
        // Without decay AdamW is Adam.
        try (NDManager manager = Engines.newManager();
                AdamW adam = AdamW.builder().addGroup(trained, 0).build()) {
            for (int[] rows : batches) {
                try (NDManager scope = manager.newSubManager()) {
                    step(scope, block, data, rows, bar);
                }
                adam.step(LEARNING_RATE);
                trained.values().forEach(tensor -> Gradients.zero(tensor.getArray()));
            }
        }
    }

    private static void step(
            NDManager scope, Block block, MnistData data, int[] rows, ProgressBar bar) {
        try (Gradients on = Gradients.on()) {
            NDList labels = new NDList(scope.create(data.labels(rows)));
            NDList scores =
                    block.forward(
                            new ParameterStore(scope, false),
                            new NDList(images(scope, data, rows)),
                            true);
            NDArray loss = Loss.softmaxCrossEntropyLoss().evaluate(labels, scores);
            Gradients.backward(loss);
            int[] digits = digits(scores.singletonOrThrow().toFloatArray());
            bar.step(rows.length, loss.getFloat(), right(digits, data, rows));
        }
    }

    /** What the block says of each image, ten scores an image, in the order of the data. */
    static float[] scores(Block block, MnistData data) {
        float[] all = new float[data.size() * MnistData.DIGITS];
        try (NDManager manager = Engines.newManager();
                Gradients off = Gradients.off()) {
            for (int from = 0; from < data.size(); from += BATCH_OF_PREDICTION) {
                int to = Math.min(from + BATCH_OF_PREDICTION, data.size());
                int[] rows = IntStream.range(from, to).toArray();
                try (NDManager scope = manager.newSubManager()) {
                    ParameterStore store = new ParameterStore(scope, false);
                    NDList images = new NDList(images(scope, data, rows));
                    NDArray scores = block.forward(store, images, false).singletonOrThrow();
                    float[] part = scores.toFloatArray();
                    System.arraycopy(part, 0, all, from * MnistData.DIGITS, part.length);
                }
            }
        }
        return all;
    }

    /** The digit with the highest of ten scores, for each image. */
    static int[] digits(float[] scores) {
        int[] best = new int[scores.length / MnistData.DIGITS];
        for (int row = 0; row < best.length; row++) {
            for (int digit = 1; digit < MnistData.DIGITS; digit++) {
                int at = row * MnistData.DIGITS;
                if (scores[at + digit] > scores[at + best[row]]) {
                    best[row] = digit;
                }
            }
        }
        return best;
    }

    private static NDArray images(NDManager scope, MnistData data, int[] rows) {
        return scope.create(data.pixels(rows), new Shape(rows.length, MnistData.PIXELS));
    }

    private static int right(int[] digits, MnistData data, int[] rows) {
        int right = 0;
        for (int i = 0; i < rows.length; i++) {
            right += digits[i] == data.label(rows[i]) ? 1 : 0;
        }
        return right;
    }
}
