package io.github.peft4j.tuner.delora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import org.junit.jupiter.api.Test;

/** What a fresh adapter holds: {@code up} has 6 inputs and 8 outputs, {@code down} 8 and 3. */
class DeloraStartTest {

    private static DeloraConfig.Builder config() {
        return DeloraConfig.builder().optTargetModules("up", "down").optR(2);
    }

    private static PeftModel adapt(ToyModel toy, DeloraConfig.Builder config) {
        return PeftModels.getPeftModel(toy.base().block(), config.build());
    }

    private static NDArray tensor(PeftModel model, String suffix) {
        return Tensors.get(
                        model.adapter(PeftModel.DEFAULT_ADAPTER).tensors(),
                        "base_model.model." + suffix)
                .getArray();
    }

    @Test
    void keepsTheNormsOfTheColumnsOfTheWeight() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = adapt(toy, config())) {
            float[] weight =
                    Tensors.get(toy.base().parameters(), "up.weight").getArray().toFloatArray();
            double[] norms = new double[6];
            for (int i = 0; i < weight.length; i++) {
                norms[i % 6] += (double) weight[i] * weight[i];
            }
            for (int i = 0; i < norms.length; i++) {
                norms[i] = Math.sqrt(norms[i]);
            }

            try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
                NDArray expected = Tensors.of(manager, new Shape(6), norms);
                Tensors.assertClose(
                        tensor(model, "up.delora_w_norm"), expected, 1e-6, "norms of columns");
            }
        }
    }

    @Test
    void countsTheNormsNeitherAsTrainedNorAsParameters() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = adapt(toy, config())) {
            long base = 11 * 6 + 8 * 6 + 8 + 2 * 8 + 3 * 8 + 3;
            long own = 2 * (6 + 8) + 1 + 2 * (8 + 3) + 1;

            assertThat(model.trainableParameters().trainable()).isEqualTo(own);
            assertThat(model.trainableParameters().all()).isEqualTo(base + own);
        }
    }

    @Test
    void drawsAWithinItsBoundAndBOnlyIfAsked() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel silent = adapt(toy, config());
                PeftModel loud = adapt(toy, config().optInitWeights(false))) {
            assertWithin(tensor(silent, "up.delora_A"), 1 / Math.sqrt(6));
            assertThat(tensor(silent, "up.delora_B").toFloatArray()).containsOnly(0);
            assertWithin(tensor(loud, "up.delora_B"), 1 / Math.sqrt(2));
        }
    }

    private static void assertWithin(NDArray drawn, double bound) {
        float[] sizes = drawn.abs().toFloatArray();
        float largest = 0;
        for (float size : sizes) {
            largest = Math.max(largest, size);
        }
        assertThat((double) largest).isBetween(bound / 2, bound);
    }

    @Test
    void takesRankAndStrengthOfALayerFromThePatterns() {
        DeloraConfig.Builder config =
                config().optDeloraLambda(4)
                        .optRankPattern(ImmutableMap.of("up", 3, "own", 5, "side", 1))
                        .optLambdaPattern(ImmutableMap.of("down", 2.5));
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = adapt(toy, config)) {
            assertThat(tensor(model, "up.delora_A").getShape()).isEqualTo(new Shape(3, 6));
            assertThat(tensor(model, "up.delora_B").getShape()).isEqualTo(new Shape(8, 3));
            assertThat(tensor(model, "down.delora_A").getShape()).isEqualTo(new Shape(2, 8));
            assertThat(tensor(model, "up.delora_lambda").toFloatArray()).containsExactly(4);
            assertThat(tensor(model, "down.delora_lambda").toFloatArray()).containsExactly(2.5f);
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings().toString())
                    .contains("The following rank_pattern keys did not match")
                    .contains("[own, side]");
        }
    }
}
