package io.github.peft4j.tuner.boft;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BOFTLinearTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static BOFTConfig.Builder blocksOf(int size) {
        return BOFTConfig.builder().optBoftBlockSize(size).optTargetModules("layer");
    }

    private PeftModel quarterTurns(double dropout) {
        BOFTConfig config = blocksOf(2).optBoftDropout(dropout).build();
        PeftModel model = OneLayer.adapt(manager, new Linear(4, 4), config, new Shape(1, 4));
        OneLayer.fillBase(model, "weight", manager, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);
        OneLayer.fillBase(model, "bias", manager, 100, 200, 300, 400);
        // S = [[0, 1], [-1, 0]], from any square with that skew-symmetric part: R = [[0, -1], [1,
        // 0]]
        OneLayer.fill(model, "boft_R", manager, 5, 3, 1, 7, 0, 2, 0, 0);
        OneLayer.fill(model, "boft_s", manager, 1, 1, 1, 10);
        return model;
    }

    private NDArray x() {
        return Tensors.of(manager, new Shape(1, 4), 1, 2, 3, 4);
    }

    @Test
    void turnsBlocksAndScalesOutputsButNotTheBias() {
        try (PeftModel model = quarterTurns(0)) {
            assertThat(OneLayer.run(model, x()).toFloatArray())
                    .containsExactly(
                            new float[] {100 + 2, 200 - 1, 300 + 4, 400 - 30},
                            Assertions.within(1e-4f));
            OneLayer.assertMergesAsItActs(model, x());
        }
    }

    @Test
    void dropsTheShareOfBlocksThatItSaysWhileTraining() {
        try (PeftModel model = quarterTurns(0.5)) {
            ModelInput input = ModelInput.of(ImmutableMap.of("x", x()));

            float[] trained = model.forward(input, model.newStore(), true).logits().toFloatArray();

            boolean first = Math.abs(trained[0] - 101) < 1e-3;
            boolean second = Math.abs(trained[2] - 303) < 1e-3;
            assertThat(first).as("only one of two blocks").isNotEqualTo(second);
            assertThat(OneLayer.run(model, x()).toFloatArray())
                    .contains(new float[] {102, 304}, Assertions.within(1e-4f));
        }
    }

    @Test
    void multipliesAKernel() {
        Shape input = new Shape(2, 2, 4, 4);
        Convolution layer = new Convolution(ConvolutionSpec.plain(2).withPadding(1), 2, 3, 3);
        BOFTConfig config = blocksOf(6).build();
        try (PeftModel model = OneLayer.adapt(manager, layer, config, input)) {
            OneLayer.fillAtRandom(model, manager);

            assertThat(
                            Tensors.get(
                                            model.adapter("default").tensors(),
                                            "base_model.model.layer.boft_s")
                                    .getArray()
                                    .getShape())
                    .isEqualTo(new Shape(1, 3));
            OneLayer.assertMergesAsItActs(model, manager.randomNormal(input));
        }
    }

    @Test
    void saysThatButterfliesOfSeveralFactorsAreNotBuilt() {
        BOFTConfig config = blocksOf(2).optBoftNButterflyFactor(3).build();
        try (PeftModel model = OneLayer.adapt(manager, new Linear(4, 4), config, new Shape(1, 4))) {
            assertThat(model.loadReport("default").warnings())
                    .anyMatch(text -> text.contains("boft_n_butterfly_factor (here 3) acts as 1"));
        }
    }
}
