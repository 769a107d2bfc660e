package io.github.peft4j.tuner.fourierft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.testkit.AdapterBench;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.tuner.LinearShape;
import org.junit.jupiter.api.Test;

/** Worked by hand. */
class FourierLinearTest {

    /** F = [[0, 4], [8, 0]]: the change is (-1)^q + 2 (-1)^p at row p and column q, by a half. */
    @Test
    void transformsTheSpectrumBack() {
        try (AdapterBench bench = new AdapterBench()) {
            FourierLinear fourier =
                    new FourierLinear(
                            bench.trained(new Shape(2), 8, 4),
                            bench.manager().create(new long[] {2, 1}),
                            new LinearShape(2, 2),
                            0.5);

            bench.assertAdds(
                    fourier, bench.linear(2, 2), bench.array(new Shape(1, 2), 3, 1), 5, -3);
        }
    }

    @Test
    void refusesMoreFrequenciesThanWeights() {
        FourierFTConfig config =
                FourierFTConfig.builder().optTargetModules("up").optNFrequency(49).build();
        try (ToyModel toy = ToyModel.ours()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PeftModels.getPeftModel(toy.base().block(), config))
                    .withMessage(
                            "n_frequency is 49 for up, which has only 8 x 6 = 48 weights. Pass at"
                                    + " most that many.");
        }
    }

    @Test
    void startsWithoutEffectIfAsked() {
        FourierFTConfig config =
                FourierFTConfig.builder()
                        .optTargetModules("up", "down")
                        .optNFrequency(5)
                        .optNFrequencyPattern(ImmutableMap.of("down", 3))
                        .optInitWeights(true)
                        .build();
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config)) {
            var tensors = model.adapter("default").tensors();
            String key = "base_model.model.%s.fourierft_spectrum";

            assertThat(Tensors.get(tensors, key.formatted("up")).getArray().toFloatArray())
                    .hasSize(5)
                    .containsOnly(0);
            assertThat(Tensors.get(tensors, key.formatted("down")).getArray().toFloatArray())
                    .hasSize(3);
        }
    }
}
