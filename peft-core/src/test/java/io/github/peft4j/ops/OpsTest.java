package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.Tensors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values against numbers worked by hand. */
class OpsTest {

    private static final Offset<Float> EXACT = within(1e-6f);

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private NDArray array(Shape shape, double... numbers) {
        return Tensors.of(manager, shape, numbers);
    }

    @Test
    void linearMultipliesByTheTransposedWeightAndAddsTheBias() {
        NDArray x = array(new Shape(2), 1, 2);
        NDArray w = array(new Shape(3, 2), 1, 0, 0, 1, 10, 100);
        NDArray b = array(new Shape(3), 0.5, 0, -1);

        assertThat(Ops.linear(x, w, b).toFloatArray()).containsExactly(1.5f, 2, 209);
        assertThat(Ops.linear(x, w, null).toFloatArray()).containsExactly(1, 2, 210);
    }

    @Test
    void loraAddAddsTheScaledProductToY() {
        NDArray x = array(new Shape(1, 1, 2), 1, 2);
        NDArray a = array(new Shape(1, 2), 3, 4);
        NDArray b = array(new Shape(2, 1), 1, -1);
        NDArray y = array(new Shape(1, 1, 2), 100, 200);

        assertThat(Ops.loraDelta(x, a, b, 0.5).toFloatArray()).containsExactly(5.5f, -5.5f);
        NDArray sum = Ops.loraAdd(y, x, a, b, 0.5);
        assertThat(sum.toFloatArray()).containsExactly(105.5f, 194.5f);
        assertThat(sum.getShape()).isEqualTo(y.getShape());
    }

    @Test
    void lowRankIsScaleTimesBTimesA() {
        NDArray a = array(new Shape(1, 2), 3, 4);
        NDArray b = array(new Shape(2, 1), 1, -1);

        assertThat(Ops.lowRank(a, b, 2).toFloatArray()).containsExactly(6, 8, -6, -8);
    }

    @Test
    void embeddingPicksRows() {
        NDArray w = array(new Shape(3, 2), 1, 2, 3, 4, 5, 6);
        NDArray ids = manager.create(new long[] {2, 0}, new Shape(1, 2));

        assertThat(Ops.embedding(ids, w).toFloatArray()).containsExactly(5, 6, 1, 2);
        assertThat(Ops.embedding(ids, w, 0).toFloatArray()).containsExactly(5, 6, 1, 2);
    }

    @Test
    void turnExchangesTheLastAxes() {
        NDArray x = array(new Shape(1, 2, 3), 1, 2, 3, 4, 5, 6);

        assertThat(Ops.turn(x).getShape()).isEqualTo(new Shape(1, 3, 2));
        assertThat(Ops.turn(x).toFloatArray()).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void layerNormUsesTheBiasedVariance() {
        NDArray x = array(new Shape(1, 2), 1, 3);
        NDArray w = array(new Shape(2), 2, 2);
        NDArray b = array(new Shape(2), 0, 1);
        NDArray half = array(new Shape(1, 2), 0.5, 1.5);

        assertThat(Ops.layerNorm(x, w, b, 0).toFloatArray())
                .containsExactly(new float[] {-2, 3}, EXACT);
        assertThat(Ops.layerNorm(x, w, b, 3).toFloatArray())
                .containsExactly(new float[] {-1, 2}, EXACT);
        assertThat(Ops.addLayerNorm(half, half, w, b, 3).toFloatArray())
                .containsExactly(new float[] {-1, 2}, EXACT);
    }

    @ParameterizedTest
    @CsvSource({
        "GELU, -0.15865526, 0.8413447",
        "GELU_TANH, -0.15880801, 0.841192",
        "RELU, 0, 1",
        "SILU, -0.26894143, 0.7310586",
        "TANH, -0.7615942, 0.7615942"
    })
    void activationFunctionsHaveTheirValuesAtMinusOneAndOne(
            ActivationFunction function, float left, float right) {
        NDArray x = array(new Shape(2), -1, 1);

        assertThat(Ops.activate(function, x).toFloatArray())
                .containsExactly(new float[] {left, right}, EXACT);
    }

    @Test
    void dropoutZeroesOrScales() {
        NDArray x = manager.ones(new Shape(1000));
        manager.getEngine().setRandomSeed(3);
        float[] y = Ops.dropout(x, 0.75).toFloatArray();

        assertThat(y).containsOnly(0, 4);
        double kept = Ops.dropout(x, 0.75).sum().getFloat() / 4 / 1000;
        assertThat(kept).isBetween(0.2, 0.3);
    }

    @Test
    void scaleAndRowsAndFloat32() {
        NDArray x = array(new Shape(2, 1), 1, 2);
        NDArray wide = manager.create(new double[] {1.5}, new Shape(1));

        assertThat(Ops.scale(x, -0.5).toFloatArray()).containsExactly(-0.5f, -1);
        assertThat(Ops.rows(x, manager.create(new long[] {1, 1, 0})).toFloatArray())
                .containsExactly(2, 2, 1);
        assertThat(Ops.toFloat32(wide).getDataType()).isEqualTo(DataType.FLOAT32);
        assertThat(Ops.toFloat32(x)).isSameAs(x);
    }

    @Test
    void crossEntropyIsTheMeanOverLabelsThatCount() {
        NDArray logits = array(new Shape(3, 2), 0, Math.log(3), 0, 0, 7, -7);
        NDArray labels = manager.create(new long[] {1, 0, -100});
        float expected = (float) ((-Math.log(0.75) - Math.log(0.5)) / 2);

        assertThat(Ops.crossEntropy(logits, labels, -100).toFloatArray())
                .containsExactly(new float[] {expected}, EXACT);
    }

    @Test
    void lossesOfNumbers() {
        NDArray x = array(new Shape(2), 0, Math.log(3));
        NDArray y = array(new Shape(2), 1, 0);
        float entropy = (float) ((-Math.log(0.5) - Math.log(0.25)) / 2);
        float square = (float) ((1 + Math.log(3) * Math.log(3)) / 2);

        assertThat(Ops.binaryCrossEntropy(x, y).toFloatArray())
                .containsExactly(new float[] {entropy}, EXACT);
        assertThat(Ops.meanSquaredError(x, y).toFloatArray())
                .containsExactly(new float[] {square}, EXACT);
    }

    @Test
    void decompositionsMultiplyBackToTheirArgument() {
        NDArray x = manager.randomNormal(new Shape(5, 3));

        var qr = Decompositions.qr(x);
        var svd = Decompositions.svd(x);

        Tensors.assertClose(qr.get(0).matMul(qr.get(1)), x, 1e-6, "QR");
        NDArray us = svd.get(0).mul(svd.get(1));
        Tensors.assertClose(us.matMul(svd.get(2)), x, 1e-6, "SVD");
    }

    @Test
    void resultsLiveWithTheFirstArgument() {
        try (NDManager step = manager.newSubManager()) {
            NDArray x = step.ones(new Shape(1, 2));
            NDArray w = manager.ones(new Shape(2, 2));

            assertThat(Ops.linear(x, w, null).getManager()).isSameAs(step);
        }
    }
}
