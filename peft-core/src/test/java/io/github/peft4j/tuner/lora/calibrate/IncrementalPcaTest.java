package io.github.peft4j.tuner.lora.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.Decompositions;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IncrementalPcaTest {

    private static final double TAU = 0.99;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();

    @BeforeEach
    void seed() {
        manager.getEngine().setRandomSeed(5);
    }

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    /** Rows whose spread falls from feature to feature, around a mean far from zero. */
    private NDArray rows(int count) {
        NDArray spread = manager.create(new float[] {9, 5, 3, 1, .5f, .2f});
        return manager.randomNormal(new Shape(count, 6))
                .mul(spread)
                .add(manager.create(new float[] {7, -3, 2, 0, 1, 4}));
    }

    @Test
    void findsInBatchesWhatTheWholeHas() {
        NDArray whole = rows(400);
        NDArray middle = whole.mean(new int[] {0});
        NDList exact = Decompositions.svd(whole.sub(middle));

        try (IncrementalPca pca = new IncrementalPca("up", 3)) {
            for (int i = 0; i < 8; i++) {
                assertThat(pca.add(whole.get(50 * i + ":" + 50 * (i + 1)), TAU)).isTrue();
            }
            NDArray found = pca.components(3, false).in(manager);

            assertThat(Tensors.relativeError(found.abs(), exact.get(2).get("0:3").abs()))
                    .isLessThan(0.02);
            double total = 0;
            for (float value : exact.get(1).toFloatArray()) {
                total += (double) value * value;
            }
            float largest = exact.get(1).getFloat(0);
            assertThat((double) pca.ratios()[0])
                    .isBetween(0.98 * largest * largest / total, 1.02 * largest * largest / total);
        }
    }

    @Test
    void saysWhenComponentsHaveSettled() {
        NDArray batch = rows(100);

        try (IncrementalPca pca = new IncrementalPca("up", 2)) {
            pca.add(batch, TAU);
            assertThat(pca.hasConverged(1)).as("after one batch").isFalse();

            pca.add(batch, TAU);
            assertThat(pca.hasConverged(2)).isTrue();
            assertThat(pca.hasConverged(0)).isTrue();
        }
    }

    @Test
    void whitensByTheRootOfTheSingularValues() {
        try (IncrementalPca pca = new IncrementalPca("up", 2)) {
            pca.add(rows(100), TAU);
            NDArray plain = pca.components(2, false).in(manager);
            NDArray white = pca.components(2, true).in(manager);

            float first = plain.get("0").norm().getFloat() / white.get("0").norm().getFloat();
            float second = plain.get("1").norm().getFloat() / white.get("1").norm().getFloat();
            assertThat(first).isGreaterThan(second).isGreaterThan(5);
        }
    }

    @Test
    void leavesSmallBatchesOut() {
        try (IncrementalPca pca = new IncrementalPca("up", 3)) {
            assertThat(pca.add(rows(2), TAU)).isFalse();
            assertThat(pca.hasComponents()).isFalse();
        }
    }

    @Test
    void refusesMoreComponentsThanFeatures() {
        try (IncrementalPca pca = new IncrementalPca("up", 7)) {
            NDArray batch = rows(20);

            assertThatThrownBy(() -> pca.add(batch, TAU))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "EVA looks for 7 components at up, whose input has 6 features. Choose a"
                                    + " smaller r or rho.");
        }
    }
}
