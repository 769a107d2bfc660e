package io.github.peft4j.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.withPrecision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Numbers of {@code torch.Generator().manual_seed(seed)}, PyTorch 2.15 on a CPU. */
class TorchGeneratorTest {

    private static final Offset<Float> TINY = Offset.offset(1e-6f);

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private float[] uniform(TorchGenerator generator, double low, double high, long... shape) {
        return generator.uniform(manager, new Shape(shape), low, high).toFloatArray();
    }

    @Test
    void drawsUniformNumbersOfPyTorch() {
        TorchGenerator generator = new TorchGenerator(3);

        assertThat(uniform(generator, -0.5, 2, 2, 3))
                .containsExactly(
                        -0.4893412f,
                        -0.2360766f,
                        0.2146062f,
                        -0.43261293f,
                        0.6790359f,
                        -0.34970927f);
        assertThat(uniform(generator, -1, 1, 2))
                .as("where the stream goes on")
                .containsExactly(0.5437317f, 0.48739874f);
    }

    @Test
    void drawsBeyondTheFirstTwist() {
        float[] drawn = uniform(new TorchGenerator(0), -1, 1, 1000);

        assertThat(drawn).hasSize(1000);
        assertThat(new float[] {drawn[997], drawn[998], drawn[999]})
                .containsExactly(-0.3216226f, 0.0035887957f, -0.19227314f);
    }

    @Test
    void takesTheLowBitsOfASeed() {
        assertThat(uniform(new TorchGenerator(-5), 0, 1, 2))
                .containsExactly(0.9308151f, 0.6607242f);
        assertThat(uniform(new TorchGenerator((1L << 40) + 5), 0, 1, 2))
                .containsExactly(0.8302519f, 0.12611091f);
    }

    @Test
    void permutesAsPyTorch() {
        assertThat(new TorchGenerator(777).permutation(8, 8))
                .containsExactly(7, 0, 3, 6, 1, 4, 5, 2);
        assertThat(new TorchGenerator(777).permutation(768 * 768, 6))
                .containsExactly(391271, 183699, 413551, 384200, 435559, 59955);
    }

    /** PyTorch changes its way of drawing between these two sizes. */
    @Test
    void permutesVeryManyNumbersAsPyTorch() {
        assertThat(new TorchGenerator(5).permutation(214748363, 5))
                .containsExactly(94459959, 22248453, 89044632, 134552128, 28858574);
        assertThat(new TorchGenerator(5).permutation(214748364, 5))
                .containsExactly(91252029, 200188117, 89143689, 193777243, 63032797);
    }

    @Test
    void refusesMorePlacesThanNumbers() {
        TorchGenerator generator = new TorchGenerator(0);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> generator.permutation(4, 5))
                .withMessage("A permutation of 4 numbers has no first 5 places.");
        assertThat(generator.permutation(0, 0)).isEmpty();
        assertThat(generator.permutation(1, 1)).containsExactly(0);
    }

    @Test
    void givesMemoryThatIsTorchsOwn() {
        try (NDArray drawn = new TorchGenerator(1).uniform(manager, new Shape(2), 0, 1)) {
            assertThat(drawn.getManager()).isSameAs(manager);
        }
    }

    @Test
    void drawsNormalNumbersOfPyTorch() {
        float[] single = new TorchGenerator(42).normal(manager, new Shape(5, 4)).toFloatArray();
        double[] twice = new TorchGenerator(42).normal64(manager, new Shape(5, 4)).toDoubleArray();

        assertThat(new float[] {single[0], single[1], single[8], single[15], single[19]})
                .containsExactly(
                        new float[] {1.9269153f, 1.4872841f, 0.3558599f, 0.8598585f, -0.6215954f},
                        withPrecision(1e-6f));
        assertThat(new double[] {twice[0], twice[1], twice[8], twice[15], twice[19]})
                .containsExactly(
                        new double[] {
                            0.2995562877502637,
                            0.24237779080894106,
                            0.038435238263354446,
                            0.855215961472287,
                            -0.33113931395169954
                        },
                        withPrecision(1e-14));
    }

    /** One of a pair waits, through a longer draw too, for the next short one. */
    @Test
    void drawsFewNormalNumbersAsPyTorch() {
        TorchGenerator generator = new TorchGenerator(7);

        assertThat(generator.normal(manager, new Shape(5)).toFloatArray())
                .containsExactly(
                        new float[] {-0.1467951f, 0.7861413f, 0.94682163f, -1.114344f, 1.6907902f},
                        TINY);
        assertThat(generator.normal(manager, new Shape(3)).toFloatArray())
                .containsExactly(new float[] {-0.8948279f, -0.35562503f, 1.2323858f}, TINY);
        assertThat(generator.normal64(manager, new Shape(2, 2)).toDoubleArray())
                .containsExactly(
                        new double[] {
                            0.13817266368739245,
                            -1.6821984860536687,
                            0.31767831539796804,
                            0.13280696453151092
                        },
                        Offset.offset(1e-14));
        assertThat(generator.normal(manager, new Shape(16)).toFloatArray()[15])
                .isCloseTo(1.4058529f, TINY);
        assertThat(generator.normal(manager, new Shape(3)).toFloatArray())
                .containsExactly(new float[] {1.779155f, -0.9179307f, -0.4578189f}, TINY);
        assertThat(generator.normal64(manager, new Shape(1)).toDoubleArray()[0])
                .isCloseTo(-0.724473294750947, Offset.offset(1e-14));
    }
}
