package io.github.peft4j.tuner.ia3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.PeftModel;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IA3ConvolutionTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private PeftModel wrap(Convolution layer, Shape input, String... feedforward) {
        IA3Config config =
                IA3Config.builder()
                        .optTargetModules("layer")
                        .optFeedforwardModules(feedforward)
                        .build();
        return OneLayer.adapt(manager, layer, config, input);
    }

    private static Shape factors(PeftModel model) {
        return Tensors.get(model.adapter("default").tensors(), "base_model.model.layer.ia3_l")
                .getArray()
                .getShape();
    }

    @Test
    void scalesChannelsOfTheOutputWithTheBias() {
        Convolution layer = new Convolution(ConvolutionSpec.plain(2), 1, 2, 1);
        try (PeftModel model = wrap(layer, new Shape(1, 1, 1, 2))) {
            OneLayer.fillBase(model, "weight", manager, 1, 2);
            OneLayer.fillBase(model, "bias", manager, 10, 10);
            OneLayer.fill(model, "ia3_l", manager, 3, -1);

            NDArray y = OneLayer.run(model, manager.arange(1f, 3f).reshape(1, 1, 1, 2));

            assertThat(y.toFloatArray()).containsExactly(33, 36, -12, -14);
        }
    }

    @Test
    void mergesFactorsOfTheOutput() {
        Shape input = new Shape(2, 4, 5, 3);
        Convolution layer = new Convolution(ConvolutionSpec.plain(2), 4, 6, 2);
        try (PeftModel model = wrap(layer, input)) {
            OneLayer.fillAtRandom(model, manager);

            assertThat(factors(model)).isEqualTo(new Shape(1, 6, 1, 1));
            OneLayer.assertMergesAsItActs(model, manager.randomNormal(input));
        }
    }

    @Test
    void mergesFactorsOfTheInputAlsoInGroups() {
        Shape input = new Shape(2, 4, 3, 3, 2);
        Convolution layer = new Convolution(ConvolutionSpec.plain(3).withGroups(2), 4, 6, 2);
        try (PeftModel model = wrap(layer, input, "layer")) {
            OneLayer.fillAtRandom(model, manager);

            assertThat(factors(model)).isEqualTo(new Shape(1, 4, 1, 1, 1));
            OneLayer.assertMergesAsItActs(model, manager.randomNormal(input));
        }
    }

    @Test
    void refusesConvolutionsOverOneAxis() {
        Convolution layer = new Convolution(ConvolutionSpec.plain(1), 2, 2, 1);

        assertThatThrownBy(() -> wrap(layer, new Shape(1, 2, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Target module layer is a convolution over 1 axes")
                .hasMessageContaining("IA3 adapts those over 2 or 3");
    }
}
