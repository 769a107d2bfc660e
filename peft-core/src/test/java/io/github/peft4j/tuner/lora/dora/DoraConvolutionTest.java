package io.github.peft4j.tuner.lora.dora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Convolutions whose kernels DoRA scales; their bias stays. */
class DoraConvolutionTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private PeftModel wrap(Convolution layer, LoraConfig.Builder config, long... input) {
        LoraConfig complete = config.optUseDora(true).optTargetModules("layer").build();
        return OneLayer.adapt(manager, layer, complete, new Shape(input));
    }

    /** A layer of one number: W = 2, bias 100, s B A = 2, m = 8, so that g = 8 / 4. */
    private PeftModel oneNumber(double dropout) {
        Convolution layer = new Convolution(ConvolutionSpec.plain(1), 1, 1, 1);
        PeftModel model =
                wrap(
                        layer,
                        LoraConfig.builder().optR(1).optLoraAlpha(2).optLoraDropout(dropout),
                        1,
                        1,
                        3);
        OneLayer.fillBase(model, "weight", manager, 2);
        OneLayer.fillBase(model, "bias", manager, 100);
        OneLayer.fill(model, "lora_A.weight", manager, 1);
        OneLayer.fill(model, "lora_B.weight", manager, 1);
        OneLayer.fill(model, "lora_magnitude_vector", manager, 8);
        return model;
    }

    @Test
    void scalesTheKernelAndLeavesTheBias() {
        try (PeftModel model = oneNumber(0)) {
            NDArray x = manager.create(new float[] {1, 0, 3}, new Shape(1, 1, 3));

            assertThat(OneLayer.run(model, x).toFloatArray()).containsExactly(108, 100, 124);
        }
    }

    @Test
    void mergesIntoOneKernel() {
        Convolution layer = new Convolution(ConvolutionSpec.plain(2).withPadding(1), 2, 3, 3);
        try (PeftModel model = wrap(layer, LoraConfig.builder().optR(2), 1, 2, 5, 4)) {
            OneLayer.fillAtRandom(model, manager);

            OneLayer.assertMergesAsItActs(model, manager.randomNormal(new Shape(2, 2, 5, 4)));
        }
    }

    /** With dropout the layer's own output stays, and what is scaled sees the dropped input. */
    @Test
    void dropsWhatItScales() {
        try (PeftModel model = oneNumber(0.5)) {
            NDArray ones = manager.ones(new Shape(1, 1, 64));
            ModelInput input = ModelInput.of(ImmutableMap.of("x", ones));

            Set<Float> seen = new TreeSet<>();
            for (float y : model.forward(input, model.newStore(), true).logits().toFloatArray()) {
                seen.add(y);
            }

            // dropped: 102; kept and doubled: 102 + (g - 1) W 2 + g s B A 2
            assertThat(seen).containsExactly(102f, 114f);
        }
    }
}
