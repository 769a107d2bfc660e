package io.github.peft4j.ops.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VariantOpsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray array(Shape shape, double... numbers) {
        return Tensors.of(manager, shape, numbers);
    }

    private NDArray vector(double... numbers) {
        return array(new Shape(numbers.length), numbers);
    }

    private NDArray trained(Shape shape, double... numbers) {
        Parameter parameter = Tensors.parameter(manager, true, shape, numbers);
        return parameter.getArray();
    }

    @Test
    void laysBlocksOnADiagonal() {
        NDArray blocks = array(new Shape(4, 2), 1, 2, 3, 4, 5, 6, 7, 8);

        assertThat(VariantOps.onDiagonal(blocks, 2))
                .isEqualTo(array(new Shape(4, 4), 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 5, 6, 0, 0, 7, 8));
        assertThatThrownBy(() -> VariantOps.onDiagonal(blocks, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("do not split into 3 blocks");
    }

    /** Groups [1, 2], [3, 0] and [5, 6], [7, 0]: their mean is [4, 2]. */
    @Test
    void meanGroupIsTheDirectionOfTheMean() {
        NDArray x = array(new Shape(2, 3), 1, 2, 3, 5, 6, 7);

        Tensors.assertClose(
                VariantOps.meanGroup(x, 2),
                vector(4 / Math.sqrt(20), 2 / Math.sqrt(20)),
                1e-6,
                "direction");
        Tensors.assertClose(
                VariantOps.meanGroup(x.zerosLike(), 2),
                vector(Math.sqrt(0.5), Math.sqrt(0.5)),
                1e-6,
                "of nothing");
    }

    /** The value is the product; the gradient of A sees projected groups, that of x does not. */
    @Test
    void compressesWhatTheGradientOfASees() {
        NDArray a = trained(new Shape(1, 3), 2, 3, 4);
        NDArray x = trained(new Shape(1, 3), 10, 20, 30);
        NDArray direction = vector(0.6, 0.8);

        try (Gradients on = Gradients.on()) {
            NDArray low = VariantOps.compressed(x, a, direction, 2, 0.5);
            assertThat(low.toFloatArray()).containsExactly(200);
            Gradients.backward(low.sum());
        }

        assertThat(x.getGradient().toFloatArray()).containsExactly(2, 3, 4);
        // [10, 20] . v = 22 and [30, 0] . v = 18, times v, times 0.5
        Tensors.assertClose(
                a.getGradient(), array(new Shape(1, 3), 6.6, 8.8, 5.4), 1e-6, "gradient of A");
    }

    /** Numbers of PEFT's MontecloraSampler for the same draws. */
    @Test
    void noiseIsThatOfPeft() {
        NDArray std = vector(0.2, 0.5, 0.9);
        NDArray experts = vector(0.1, 0.4, 0.7, 0.3);
        NDArray shares = VariantOps.shares(experts, vector(0.5, -1, 0.25, 2));
        NDArray variances = VariantOps.variances(std, vector(2, 1, 0.5));
        NDArray noise = manager.arange(60).toType(std.getDataType(), false).div(10).sub(3);
        NDArray a = manager.arange(15).toType(std.getDataType(), false).reshape(3, 5);

        NDArray noisy = VariantOps.noisy(a, noise.reshape(4, 5, 3), shares, variances, 0.01);

        Tensors.assertClose(
                shares, vector(0.1540788, 0.0684677, 0.2222873, 0.5551663), 1e-6, "shares");
        Tensors.assertClose(variances, vector(2.9836495, 2.7182817, 3.0248237), 1e-6, "variances");
        Tensors.assertClose(
                noisy,
                array(
                        new Shape(3, 5),
                        0.00462597,
                        1.0098081,
                        2.0149899,
                        3.0201721,
                        4.0253539,
                        5.0060644,
                        6.0110111,
                        7.0159569,
                        8.0209026,
                        9.0258493,
                        10.0081367,
                        11.0133543,
                        12.0185719,
                        13.0237904,
                        14.0290070),
                1e-7,
                "A with noise");
    }

    /** The loss of PEFT's sampler for the same draws, and its gradients. */
    @Test
    void distanceFromThePriorIsThatOfPeft() {
        NDArray std = trained(new Shape(3), 0.2, 0.5, 0.9);
        NDArray experts = trained(new Shape(4), 0.1, 0.4, 0.7, 0.3);
        try (Gradients on = Gradients.on()) {
            NDArray variances = VariantOps.variances(std, vector(2, 1, 0.5));
            NDArray distance = VariantOps.distance(std, experts, variances, 0.1);
            NDArray squares = VariantOps.shares(experts, vector(0.5, -1, 0.25, 2)).square().sum();

            Tensors.assertClose(distance, manager.create(-3.3685818f), 1e-6, "distance");
            Tensors.assertClose(squares, manager.create(0.3860493f), 1e-6, "squares");
            Gradients.backward(distance.add(squares));
        }
        Tensors.assertClose(
                std.getGradient(), vector(9.4100723, 12.0279713, 23.2482376), 1e-6, "deviations");
        Tensors.assertClose(
                experts.getGradient(),
                vector(-0.5363166, 0.4621200, 2.0805628, 0.2210451),
                1e-5,
                "experts");
    }
}
