package io.github.peft4j.tuner.lokr;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import io.github.peft4j.testkit.TunerContract;
import org.junit.jupiter.api.Test;

class LoKrTunerTest extends TunerContract {

    @Override
    protected PeftConfig config() {
        return LoKrConfig.builder().optTargetModules("up", "down").optR(1).build();
    }

    @Override
    protected ImmutableSet<String> keysOnOurLayers() {
        return ImmutableSet.of(
                "base_model.model.up.lokr_w1",
                "base_model.model.up.lokr_w2_a",
                "base_model.model.up.lokr_w2_b",
                "base_model.model.down.lokr_w1",
                "base_model.model.down.lokr_w2_a",
                "base_model.model.down.lokr_w2_b");
    }

    @Test
    void startsWithoutEffectAsLycorisDoes() {
        PeftConfig config =
                LoKrConfig.builder()
                        .optTargetModules("up")
                        .optR(1)
                        .optInitWeights(InitLokrWeights.LYCORIS)
                        .build();
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config)) {
            var tensors = model.adapter("default").tensors();
            String layer = "base_model.model.up.lokr_";

            assertThat(Tensors.get(tensors, layer + "w2_b").getArray().toFloatArray())
                    .containsOnly(0);
            assertThat(Tensors.get(tensors, layer + "w1").getArray().toFloatArray())
                    .doesNotContain(0);
            assertThat(Tensors.get(tensors, layer + "w2_a").getArray().toFloatArray())
                    .doesNotContain(0);
        }
    }

    @Test
    void storesALargeRankWhole() {
        PeftConfig config = LoKrConfig.builder().optTargetModules("up").optR(2).build();
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config)) {
            assertThat(model.adapter("default").tensors().keySet())
                    .containsExactly("base_model.model.up.lokr_w1", "base_model.model.up.lokr_w2");
        }
    }

    @Test
    void splitsTheFirstFactorTooIfAsked() {
        PeftConfig config =
                LoKrConfig.builder()
                        .optTargetModules("up")
                        .optR(1)
                        .optDecomposeBoth(true)
                        .optDecomposeFactor(4)
                        .build();
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = PeftModels.getPeftModel(toy.base().block(), config)) {
            assertThat(model.adapter("default").tensors().keySet())
                    .containsExactly(
                            "base_model.model.up.lokr_w1_a",
                            "base_model.model.up.lokr_w1_b",
                            "base_model.model.up.lokr_w2_a",
                            "base_model.model.up.lokr_w2_b");
        }
    }
}
