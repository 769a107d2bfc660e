package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.GradientCheck;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients against central differences. */
class OpsGradientTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray numbers(long... shape) {
        return GradientCheck.numbers(manager, shape);
    }

    @Test
    void linear() {
        GradientCheck.check(
                a -> Ops.linear(a[0], a[1], a[2]), numbers(2, 2, 3), numbers(4, 3), numbers(4));
        GradientCheck.check(a -> Ops.linear(a[0], a[1], null), numbers(2, 3), numbers(4, 3));
    }

    @Test
    void loraAdd() {
        GradientCheck.check(
                a -> Ops.loraAdd(a[0], a[1], a[2], a[3], -1.5),
                numbers(2, 2, 4),
                numbers(2, 2, 3),
                numbers(2, 3),
                numbers(4, 2));
    }

    @Test
    void loraDeltaAndLowRank() {
        GradientCheck.check(
                a -> Ops.loraDelta(a[0], a[1], a[2], 0.7),
                numbers(2, 3),
                numbers(2, 3),
                numbers(4, 2));
        GradientCheck.check(a -> Ops.lowRank(a[0], a[1], 0.7), numbers(2, 3), numbers(4, 2));
    }

    @Test
    void embedding() {
        NDArray ids = manager.create(new long[] {2, 0, 2}, new Shape(3));

        GradientCheck.check(a -> Ops.embedding(ids, a[0]), numbers(4, 2));
    }

    @Test
    void thePaddingRowOfAnEmbeddingGetsNone() {
        NDArray ids = manager.create(new long[] {1, 0, 1}, new Shape(3));
        NDArray table = numbers(2, 1);
        table.setRequiresGradient(true);

        try (Gradients on = Gradients.on()) {
            Gradients.backward(Ops.embedding(ids, table, 1).sum());
        }

        assertThat(table.getGradient().toDoubleArray()).containsExactly(1, 0);
    }

    @Test
    void layerNorm() {
        GradientCheck.check(
                a -> Ops.layerNorm(a[0], a[1], a[2], 1e-3), numbers(2, 4), numbers(4), numbers(4));
        GradientCheck.check(
                a -> Ops.addLayerNorm(a[0], a[1], a[2], a[3], 1e-3),
                numbers(2, 4),
                numbers(4, 2).reshape(2, 4).stopGradient(),
                numbers(4),
                numbers(4));
    }

    @ParameterizedTest
    @EnumSource
    void activationFunctions(ActivationFunction function) {
        GradientCheck.check(a -> Ops.activate(function, a[0]), numbers(7));
    }

    @Test
    void scaleAndRows() {
        NDArray index = manager.create(new long[] {1, 1});

        GradientCheck.check(a -> Ops.scale(a[0], -0.3), numbers(3));
        GradientCheck.check(a -> Ops.rows(a[0], index), numbers(3, 2));
        NDArray places = manager.create(new long[] {3, 1});
        GradientCheck.check(a -> Ops.spread(a[0], places, 4), numbers(2, 2));
    }

    @Test
    void convolveAndTurn() {
        ConvolutionSpec form = ConvolutionSpec.plain(1).withPadding(1).withGroups(2);
        GradientCheck.check(
                a -> Ops.convolve(a[0], a[1], a[2], form),
                numbers(2, 4, 3),
                numbers(2, 2, 3),
                numbers(2));
        GradientCheck.check(a -> Ops.turn(a[0]), numbers(2, 3, 2));
    }

    @Test
    void losses() {
        NDArray labels = manager.create(new long[] {1, -100, 0});
        NDArray targets = numbers(2, 2);

        GradientCheck.check(a -> Ops.crossEntropy(a[0], labels, -100), numbers(3, 2));
        GradientCheck.check(a -> Ops.softCrossEntropy(a[0], a[1]), numbers(2, 2), numbers(2, 2));
        GradientCheck.check(a -> Ops.binaryCrossEntropy(a[0], targets), numbers(2, 2));
        GradientCheck.check(a -> Ops.meanSquaredError(a[0], targets), numbers(2, 2));
    }

    @Test
    void toFloat32KeepsTheGradient() {
        NDArray wide = numbers(2);
        wide.setRequiresGradient(true);

        try (Gradients on = Gradients.on()) {
            Gradients.backward(Ops.toFloat32(wide).sum());
        }

        assertThat(wide.getGradient().toDoubleArray()).containsExactly(1, 1);
    }
}
