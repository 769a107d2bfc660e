package io.github.peft4j.tuner.lokr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.AdapterBench;
import io.github.peft4j.tuner.lycoris.LycorisStrength;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every number worked by hand. */
class LoKrLinearTest {

    private final AdapterBench bench = new AdapterBench();

    @AfterEach
    void close() {
        bench.close();
    }

    private KroneckerFactor whole(String name, Shape shape, double... numbers) {
        return new KroneckerFactor(ImmutableMap.of(name, bench.trained(shape, numbers)));
    }

    private static LycorisStrength strength(double rankDropout, boolean rescale) {
        return new LycorisStrength(0.5, rankDropout, 0, rescale);
    }

    /** [[1, 2], [3, 4]] ⊗ [[0, 1], [5, -1]]. */
    private LoKrLinear small(LycorisStrength strength) {
        return new LoKrLinear(
                whole("lokr_w1", new Shape(2, 2), 1, 2, 3, 4),
                whole("lokr_w2", new Shape(2, 2), 0, 1, 5, -1),
                strength);
    }

    @Test
    void appliesBothFactorsToTheInputAsAMatrix() {
        NDArray x = bench.array(new Shape(1, 1, 4), 1, 2, 3, 4);

        // X W2^T = [[2, 3], [4, 11]], W1 from the left: [[10, 25], [22, 53]]
        bench.assertAdds(small(strength(0, false)), bench.linear(4, 4), x, 5, 12.5, 11, 26.5);
    }

    @Test
    void multipliesThinParts() {
        LoKrLinear lokr =
                new LoKrLinear(
                        whole("lokr_w1", new Shape(1, 2), 1, 10),
                        new KroneckerFactor(
                                ImmutableMap.of(
                                        "lokr_w2_a",
                                        bench.trained(new Shape(2, 1), 2, 3),
                                        "lokr_w2_b",
                                        bench.trained(new Shape(1, 1), 4))),
                        strength(0, false));

        // (x0 + 10 x1) * [8, 12] / 2
        bench.assertAdds(lokr, bench.linear(2, 2), bench.array(new Shape(1, 2), 1, 2), 84, 126);
        assertThat(lokr.parameters().keySet()).containsExactly("lokr_w1", "lokr_w2_a", "lokr_w2_b");
    }

    @Test
    void dropsOutputsAndRescalesTheOthersOnlyIfAsked() {
        Linear layer = bench.linear(4, 4);
        NDArray x = bench.array(new Shape(1, 4), 1, 2, 3, 4);
        for (boolean rescale : new boolean[] {false, true}) {
            LoKrLinear lokr = small(strength(0.5, rescale));
            int dropped = 0;
            for (int i = 0; i < 20; i++) {
                float[] y = layer.forward(bench.pass(layer, lokr, 1, true), x).toFloatArray();
                float[] added = {5, 12.5f, 11, 26.5f};
                int left = 0;
                for (int j = 0; j < added.length; j++) {
                    left += y[j] == 100 + j ? 0 : 1;
                }
                for (int j = 0; j < added.length; j++) {
                    float expected = rescale ? added[j] * 4 / left : added[j];
                    if (y[j] != 100 + j) {
                        assertThat(y[j]).isCloseTo(100 + j + expected, within(1e-4f));
                    }
                }
                dropped += added.length - left;
            }
            assertThat(dropped).as("outputs of 80 that go without the adapter").isBetween(15, 65);
        }
    }

    @Test
    void splitsNumbersNearTheirRoot() {
        assertThat(Factorization.of(128, -1)).isEqualTo(new Factorization(8, 16));
        assertThat(Factorization.of(127, -1)).isEqualTo(new Factorization(1, 127));
        assertThat(Factorization.of(256, -1)).isEqualTo(new Factorization(16, 16));
        assertThat(Factorization.of(128, 4)).isEqualTo(new Factorization(4, 32));
        assertThat(Factorization.of(128, 64)).isEqualTo(new Factorization(64, 2));
        assertThat(Factorization.of(250, 9)).isEqualTo(new Factorization(5, 50));
        assertThat(Factorization.of(250, 0)).isEqualTo(new Factorization(1, 250));
    }
}
