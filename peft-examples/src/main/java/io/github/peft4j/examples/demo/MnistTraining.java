package io.github.peft4j.examples.demo;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.github.peft4j.examples.console.ProgressBar;
import io.github.peft4j.examples.data.MnistData;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Trains and judges a digit classifier with nothing but DJL: Adam (learning rate 1e-3), cross
 * entropy. The block may be {@link MnistNet} or anything of the same shape, so that an adapted net
 * goes the same way as the plain one.
 *
 * <p>Everything made in a step, the batch included, lives in one manager that is closed after the
 * update: DJL frees nothing before.
 */
final class MnistTraining {

    private static final float LEARNING_RATE = 1e-3f;
    private static final int BATCH_OF_PREDICTION = 1000;

    private MnistTraining() {}

    /**
     * Trains the model's block on these batches, one step each, with a fresh optimizer.
     *
     * @param batches rows of {@code data}
     * @param bar told of each step
     */
    static void train(Model model, MnistData data, List<int[]> batches, ProgressBar bar) {
        DefaultTrainingConfig config =
                new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                        .optOptimizer(
                                Optimizer.adam()
                                        .optLearningRateTracker(Tracker.fixed(LEARNING_RATE))
                                        .build());
        try (Trainer trainer = model.newTrainer(config)) {
            trainer.initialize(new Shape(1, MnistData.PIXELS));
            for (int[] rows : batches) {
                step(trainer, data, rows, bar);
            }
        }
    }

    private static void step(Trainer trainer, MnistData data, int[] rows, ProgressBar bar) {
        try (NDManager scope = trainer.getManager().newSubManager()) {
            NDList images = new NDList(images(scope, data, rows));
            NDList labels = new NDList(scope.create(data.labels(rows)));
            NDList scores;
            NDArray loss;
            try (GradientCollector collector = trainer.newGradientCollector()) {
                scores = trainer.forward(images, labels);
                loss = trainer.getLoss().evaluate(labels, scores);
                collector.backward(loss);
            }
            trainer.step();
            int[] predicted = best(scores.singletonOrThrow().toFloatArray());
            bar.step(rows.length, loss.getFloat(), right(predicted, data, rows));
        }
    }

    /** The digit that the model gives to each image, in the order of the data. */
    static int[] predict(Model model, MnistData data) {
        int[] predicted = new int[data.size()];
        boolean gradients = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try {
            for (int from = 0; from < data.size(); from += BATCH_OF_PREDICTION) {
                int to = Math.min(from + BATCH_OF_PREDICTION, data.size());
                int[] rows = IntStream.range(from, to).toArray();
                try (NDManager scope = model.getNDManager().newSubManager()) {
                    ParameterStore store = new ParameterStore(scope, false);
                    NDList images = new NDList(images(scope, data, rows));
                    NDList scores = model.getBlock().forward(store, images, false);
                    int[] best = best(scores.singletonOrThrow().toFloatArray());
                    System.arraycopy(best, 0, predicted, from, best.length);
                }
            }
        } finally {
            JniUtils.setGradMode(gradients);
        }
        return predicted;
    }

    /** For each digit, how many of its images were taken for another. */
    static int[] wrongPerDigit(int[] predicted, MnistData data) {
        int[] wrong = new int[MnistData.DIGITS];
        for (int row = 0; row < predicted.length; row++) {
            if (predicted[row] != data.label(row)) {
                wrong[data.label(row)]++;
            }
        }
        return wrong;
    }

    private static NDArray images(NDManager scope, MnistData data, int[] rows) {
        return scope.create(data.pixels(rows), new Shape(rows.length, MnistData.PIXELS));
    }

    private static int[] best(float[] scores) {
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

    private static int right(int[] predicted, MnistData data, int[] rows) {
        int right = 0;
        for (int i = 0; i < rows.length; i++) {
            right += predicted[i] == data.label(rows[i]) ? 1 : 0;
        }
        return right;
    }
}
