package io.github.peft4j.tuner.loha;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.AdapterBench;
import io.github.peft4j.tuner.lycoris.LycorisStrength;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every number worked by hand. */
class LoHaLinearTest {

    private final AdapterBench bench = new AdapterBench();

    @AfterEach
    void close() {
        bench.close();
    }

    private HadamardFactors factors(int out, int in, double... numbers) {
        int at = 0;
        double[][] parts = new double[4][];
        int[] lengths = {out, in, out, in};
        for (int i = 0; i < parts.length; i++) {
            parts[i] = Arrays.copyOfRange(numbers, at, at + lengths[i]);
            at += lengths[i];
        }
        return new HadamardFactors(
                bench.trained(new Shape(out, 1), parts[0]),
                bench.trained(new Shape(1, in), parts[1]),
                bench.trained(new Shape(out, 1), parts[2]),
                bench.trained(new Shape(1, in), parts[3]));
    }

    /** [[3, 4], [6, 8]] * [[35, 40], [42, 48]]. */
    private LoHaLinear small(double rankDropout, double moduleDropout) {
        LycorisStrength strength = new LycorisStrength(0.5, rankDropout, moduleDropout, true);
        return new LoHaLinear(factors(2, 2, 1, 2, 3, 4, 5, 6, 7, 8), strength);
    }

    @Test
    void multipliesTwoProductsElementwise() {
        NDArray x = bench.array(new Shape(1, 2), 1, 1);

        bench.assertAdds(small(0, 0), bench.linear(2, 2), x, (105 + 160) / 2.0, (252 + 384) / 2.0);
    }

    /** Rank 1 of 3 x 3: applied as two thin matrices, merged as one. */
    @Test
    void givesTheSameWhereThinMatricesAreCheaper() {
        LoHaLinear loha =
                new LoHaLinear(
                        factors(3, 3, 1, 2, 3, 1, 0, -1, 1, 1, 2, 2, 3, 4),
                        new LycorisStrength(1, 0, 0, true));
        NDArray x = bench.array(new Shape(2, 3), 1, 5, 2, 0, 0, 1);

        // row i is a1[i] a2[i] [2, 0, -4]
        bench.assertAdds(loha, bench.linear(3, 3), x, -6, -12, -36, -4, -8, -24);
    }

    @Test
    void dropsOutputsAndRescalesTheOthers() {
        LoHaLinear loha = small(0.5, 0);
        Linear layer = bench.linear(2, 2);
        NDArray x = bench.array(new Shape(1, 2), 1, 1);

        int dropped = 0;
        for (int i = 0; i < 20; i++) {
            float[] y = layer.forward(bench.pass(layer, loha, 1, true), x).toFloatArray();
            // Of two outputs both, the first, the second, or none are left.
            assertThat(y)
                    .isIn(
                            new float[] {100 + 132.5f, 101 + 318},
                            new float[] {100 + 265, 101},
                            new float[] {100, 101 + 636},
                            new float[] {100, 101});
            dropped += (y[0] == 100 ? 1 : 0) + (y[1] == 101 ? 1 : 0);
        }
        assertThat(dropped).as("outputs of 40 that go without the adapter").isBetween(5, 35);
        assertThat(layer.forward(bench.pass(layer, loha, 1, false), x).toFloatArray())
                .containsExactly(232.5f, 419);
    }

    @Test
    void leavesTheWholeLayerOutByChance() {
        LoHaLinear loha = small(0, 0.5);
        Linear layer = bench.linear(2, 2);
        NDArray x = bench.array(new Shape(1, 2), 1, 1);
        int with = 0;
        for (int i = 0; i < 40; i++) {
            float[] y = layer.forward(bench.pass(layer, loha, 1, true), x).toFloatArray();
            assertThat(y).isIn(new float[] {232.5f, 419}, new float[] {100, 101});
            with += y[0] > 200 ? 1 : 0;
        }

        assertThat(with).isBetween(5, 35);
    }
}
