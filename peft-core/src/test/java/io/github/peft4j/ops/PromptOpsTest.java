package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.testkit.GradientCheck;
import io.github.peft4j.testkit.Tensors;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PromptOpsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray numbers(long... shape) {
        return GradientCheck.numbers(manager, shape);
    }

    @Test
    void putsRowsBeforeTheWordsOfEachText() {
        NDArray words = Tensors.of(manager, new Shape(2, 1, 2), 1, 2, 3, 4);
        NDArray shared = Tensors.of(manager, new Shape(1, 2), 8, 9);
        NDArray own = Tensors.of(manager, new Shape(2, 1, 2), 5, 6, 7, 8);

        assertThat(PromptOps.prepend(words, shared).toFloatArray())
                .containsExactly(8, 9, 1, 2, 8, 9, 3, 4);
        assertThat(PromptOps.prepend(words, own).toFloatArray())
                .containsExactly(5, 6, 1, 2, 7, 8, 3, 4);
        GradientCheck.check(a -> PromptOps.prepend(a[0], a[1]), numbers(2, 3, 2), numbers(2, 2));
        GradientCheck.check(a -> PromptOps.prepend(a[0], a[1]), numbers(2, 3, 2), numbers(2, 1, 2));
    }

    @Test
    void cutsATableIntoBlocksOfColumnsForEachText() {
        NDArray table = Tensors.of(manager, new Shape(2, 4), 0, 1, 2, 3, 4, 5, 6, 7);

        NDList blocks = PromptOps.columnBlocks(table, 2, 3);

        assertThat(blocks.get(0).getShape()).isEqualTo(new Shape(3, 2, 2));
        assertThat(blocks.get(0).get(2).toFloatArray()).containsExactly(0, 1, 4, 5);
        assertThat(blocks.get(1).get(0).toFloatArray()).containsExactly(2, 3, 6, 7);
        GradientCheck.check(
                a -> {
                    NDList parts = PromptOps.columnBlocks(a[0], 2, 3);
                    return parts.get(0).mul(parts.get(1));
                },
                numbers(2, 4));
    }

    /** One hidden number: i, f, g and o gates are single numbers. */
    @Test
    void runsAnLstmInBothDirections() {
        double[] there = {0.5, -0.3, 0.8, 0.2};
        double[] back = {-0.4, 0.6, 0.1, 0.9};
        double[] text = {0.7, -1.1, 0.4};
        NDList weights = new NDList();
        for (double[] gates : new double[][] {there, back}) {
            weights.add(Tensors.of(manager, new Shape(4, 1), gates));
            weights.add(Tensors.of(manager, new Shape(4, 1), 0.1, 0.2, 0.3, 0.4));
            weights.add(Tensors.of(manager, new Shape(4), 0.05, 0.06, 0.07, 0.08));
            weights.add(Tensors.of(manager, new Shape(4), 0.01, 0.02, 0.03, 0.04));
        }

        NDArray y = PromptOps.lstmLayer(Tensors.of(manager, new Shape(1, 3, 1), text), weights);

        double[] forward = lstm(there, text);
        double[] reversed = {text[2], text[1], text[0]};
        double[] backward = lstm(back, reversed);
        NDArray expected =
                Tensors.of(
                        manager,
                        new Shape(1, 3, 2),
                        forward[0],
                        backward[2],
                        forward[1],
                        backward[1],
                        forward[2],
                        backward[0]);
        Tensors.assertClose(y, expected, 1e-6, "lstm");
    }

    private static double[] lstm(double[] w, double[] text) {
        double[] states = new double[text.length];
        double h = 0;
        double c = 0;
        for (int t = 0; t < text.length; t++) {
            double[] gates = new double[4];
            for (int k = 0; k < 4; k++) {
                double bias = 0.05 + 0.01 * k + 0.01 * (k + 1);
                gates[k] = w[k] * text[t] + 0.1 * (k + 1) * h + bias;
            }
            c = sigmoid(gates[1]) * c + sigmoid(gates[0]) * Math.tanh(gates[2]);
            h = sigmoid(gates[3]) * Math.tanh(c);
            states[t] = h;
        }
        return states;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Test
    void teachesEveryTensorOfAnLstm() {
        GradientCheck.check(
                a -> PromptOps.lstmLayer(a[0], new NDList(Arrays.copyOfRange(a, 1, a.length))),
                numbers(1, 3, 2),
                numbers(8, 2),
                numbers(8, 2),
                numbers(8),
                numbers(8),
                numbers(8, 2),
                numbers(8, 2),
                numbers(8),
                numbers(8));
    }

    @Test
    void multipliesATableByTheMatrixOfEachTextsTask() {
        NDArray table = Tensors.of(manager, new Shape(2, 2), 1, 2, 3, 4);
        NDArray cols = Tensors.of(manager, new Shape(2, 2, 1), 1, 2, 3, 4);
        NDArray rows = Tensors.of(manager, new Shape(2, 1, 2), 5, 6, 7, 8);
        NDArray tasks = manager.create(new long[] {1, 0});

        assertThat(PromptOps.taskRows(table, cols, rows, tasks).toFloatArray())
                .containsExactly(21, 48, 84, 128, 5, 12, 30, 48);
        GradientCheck.check(
                a -> PromptOps.taskRows(a[0], a[1], a[2], tasks),
                numbers(2, 2),
                numbers(2, 2, 3),
                numbers(2, 3, 2));
        assertThatThrownBy(
                        () -> PromptOps.taskRows(table, cols, rows, manager.create(new long[] {2})))
                .hasMessageContaining("task");
    }

    @Test
    void shortensLongRowsAlone() {
        NDArray x = Tensors.of(manager, new Shape(3, 2), 3, 4, 0.3, 0.4, 0, 0);
        NDArray bound = Tensors.of(manager, new Shape(3), 1, 1, 1);

        NDArray expected = Tensors.of(manager, new Shape(3, 2), 0.6, 0.8, 0.3, 0.4, 0, 0);
        Tensors.assertClose(PromptOps.shortenRows(x, bound), expected, 1e-6, "rows");
    }

    @Test
    void weighsEachRowOfACrossEntropy() {
        NDArray labels = manager.create(new long[] {0, 1});
        NDArray even = manager.zeros(new Shape(2, 4));
        NDArray weights = Tensors.of(manager, new Shape(2), 1, 0.5);

        float loss = Ops.weightedCrossEntropy(even, labels, weights).getFloat();

        assertThat((double) loss).isEqualTo(0.75 * Math.log(4), within(1e-6));
    }

    @Test
    void refusesShapesThatDoNotFit() {
        NDArray words = manager.zeros(new Shape(2, 1, 2));

        assertThatThrownBy(() -> PromptOps.prepend(words, manager.zeros(new Shape(1, 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rows in front");
        assertThatThrownBy(() -> PromptOps.columnBlocks(manager.zeros(new Shape(1, 3)), 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(1, 3)");
    }
}
