package io.github.peft4j.tuner.lora.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.convolutional.Conv2d;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.LoraConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoraConvolutionTest {

    private static final ConvolutionSpec LINE = ConvolutionSpec.plain(1);

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private PeftModel wrap(Block layer, LoraConfig.Builder config, long... input) {
        LoraConfig complete = config.optTargetModules("layer").build();
        return OneLayer.adapt(manager, layer, complete, new Shape(input));
    }

    private static LoraConfig.Builder rank(int r) {
        return LoraConfig.builder().optR(r).optLoraAlpha(2 * r);
    }

    @Test
    void convolvesWithAThenPointByPointWithB() {
        Convolution layer = new Convolution(LINE.withStride(2).withPadding(1), 1, 2, 2);
        try (PeftModel model = wrap(layer, rank(1), 1, 1, 3)) {
            OneLayer.fillBase(model, "weight", manager, 1, 1, 1, 1);
            OneLayer.fillBase(model, "bias", manager, 1, 1);
            OneLayer.fill(model, "lora_A.weight", manager, 10, 1);
            OneLayer.fill(model, "lora_B.weight", manager, 1, -1);

            NDArray y = OneLayer.run(model, manager.arange(1f, 4f).reshape(1, 1, 3));

            // W: 1 and 5, bias 1; A: 1 and 23; twice that, or minus that
            assertThat(y.toFloatArray()).containsExactly(2 + 2, 6 + 46, 2 - 2, 6 - 46);
        }
    }

    @Test
    void mergesIntoOneKernel() {
        Convolution layer = new Convolution(ConvolutionSpec.plain(2).withPadding(1), 2, 3, 3);
        try (PeftModel model = wrap(layer, rank(2), 1, 2, 5, 4)) {
            OneLayer.fillAtRandom(model, manager);

            OneLayer.assertMergesAsItActs(model, manager.randomNormal(new Shape(2, 2, 5, 4)));
            try (MergedModel merged = model.mergeAndUnload()) {
                assertThat(Tensors.get(merged.parameters(), "layer.weight").getShape())
                        .isEqualTo(new Shape(3, 2, 3, 3));
            }
        }
    }

    @Test
    void actsThroughTheWeightOfAStockLayer() {
        Conv2d stock =
                Conv2d.builder()
                        .setFilters(3)
                        .setKernelShape(new Shape(3, 3))
                        .optPadding(new Shape(1, 1))
                        .build();
        try (PeftModel model = wrap(stock, rank(2), 1, 2, 5, 4)) {
            OneLayer.fillAtRandom(model, manager);
            NDArray x = manager.randomNormal(new Shape(2, 2, 5, 4));
            ModelInput input = ModelInput.of(ImmutableMap.of("x", x));

            NDArray adapted = OneLayer.run(model, x);
            NDArray plain = model.forward(input, Activation.none()).logits();

            OneLayer.assertMergesAsItActs(model, x);
            assertThat(Tensors.relativeError(adapted, plain)).isGreaterThan(0.1);
        }
    }

    @Test
    void splitsBIntoGroupsAndRefusesToMergeThem() {
        Convolution layer = new Convolution(LINE.withGroups(2), 2, 2, 1);
        try (PeftModel model = wrap(layer, rank(2), 1, 2, 2)) {
            OneLayer.fillBase(model, "weight", manager, 0, 0);
            OneLayer.fillBase(model, "bias", manager, 0, 0);
            OneLayer.fill(model, "lora_A.weight", manager, 1, 0, 0, 1);
            OneLayer.fill(model, "lora_B.weight", manager, 1, 10);

            NDArray y = OneLayer.run(model, manager.arange(1f, 5f).reshape(1, 2, 2));

            assertThat(y.toFloatArray()).containsExactly(2, 4, 60, 80);
            assertThat(model.loadReport("default").warnings())
                    .anyMatch(text -> text.contains("layer, a convolution with groups > 1"));
            assertThatThrownBy(model::mergeAndUnload)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("LoRA at layer, a convolution with groups > 1 (here 2)")
                    .hasMessageContaining("Keep the adapter unmerged");
        }
    }

    @Test
    void addsABiasOfItsOwnTimesTheScale() {
        Convolution layer = new Convolution(LINE, 1, 1, 1);
        try (PeftModel model = wrap(layer, rank(1).optLoraBias(true), 1, 1, 2)) {
            OneLayer.fillBase(model, "weight", manager, 1);
            OneLayer.fillBase(model, "bias", manager, 0);
            OneLayer.fill(model, "lora_A.weight", manager, 1);
            OneLayer.fill(model, "lora_B.weight", manager, 10);
            OneLayer.fill(model, "lora_B.bias", manager, 100);
            NDArray x = manager.arange(1f, 3f).reshape(1, 1, 2);

            assertThat(OneLayer.run(model, x).toFloatArray()).containsExactly(221, 242);
            OneLayer.assertMergesAsItActs(model, x);
        }
    }

    @Test
    void refusesARankThatTheGroupsDoNotDivide() {
        Convolution layer = new Convolution(LINE.withGroups(2), 2, 2, 1);

        assertThatThrownBy(() -> wrap(layer, rank(3), 1, 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("r is 3, but at layer it must be divisible by the groups, 2");
    }

    @Test
    void refusesStartsThatConvolutionsDoNotHave() {
        Convolution layer = new Convolution(LINE, 2, 2, 1);
        LoraConfig.Builder config = rank(2).optInitLoraWeights("orthogonal");

        assertThatThrownBy(() -> wrap(layer, config, 1, 2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("init_lora_weights 'orthogonal' for a convolution");
    }

    @Test
    void saysThatDilationIsNotCopied() {
        Convolution layer = new Convolution(LINE.withDilation(2), 1, 1, 2);
        try (PeftModel model = wrap(layer, rank(1), 1, 1, 4)) {
            NDArray x = manager.ones(new Shape(1, 1, 4));

            assertThatThrownBy(() -> OneLayer.run(model, x))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("LoRA's convolution at layer gives (1, 1, 3)")
                    .hasMessageContaining("dilation is not copied");
        }
    }
}
