package io.github.peft4j.tuner.hra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.peft4j.PeftModel;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import org.assertj.core.api.Assertions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HRALinearTest {

    private static final Offset<Float> ROUNDING = Assertions.within(1e-5f);

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private PeftModel over(Block layer, int r, boolean orthogonal, Shape input) {
        return OneLayer.adapt(
                manager,
                layer,
                HRAConfig.builder()
                        .optR(r)
                        .optApplyGs(orthogonal)
                        .optTargetModules("layer")
                        .build(),
                input);
    }

    private PeftModel overIdentity(int r, boolean orthogonal, double... u) {
        PeftModel model = over(new Linear(2, 2), r, orthogonal, new Shape(1, 2));
        OneLayer.fillBase(model, "weight", manager, 1, 0, 0, 1);
        OneLayer.fillBase(model, "bias", manager, 10, 20);
        OneLayer.fill(model, "hra_u", manager, u);
        return model;
    }

    private NDArray x() {
        return Tensors.of(manager, new Shape(1, 2), 3, 4);
    }

    @Test
    void reflectsAlongAVectorOfAnyLength() {
        try (PeftModel model = overIdentity(1, false, 5, 0)) {
            assertThat(OneLayer.run(model, x()).toFloatArray()).containsExactly(7, 24);
        }
    }

    @Test
    void multipliesTheWeightByTheFirstReflectionFirst() {
        // H1 turns the sign of the first axis, H2 exchanges the axes; W H1 H2 = [[0, -1], [1, 0]]
        try (PeftModel model = overIdentity(2, false, 1, 1, 0, -1)) {
            assertThat(OneLayer.run(model, x()).toFloatArray())
                    .containsExactly(new float[] {10 - 4, 20 + 3}, ROUNDING);
            OneLayer.assertMergesAsItActs(model, x());
        }
    }

    @Test
    void reflectsThroughTheWholeSpaceOnceVectorsAreOrthogonal() {
        try (PeftModel model = overIdentity(2, true, 1, 1, 0, -1)) {
            assertThat(OneLayer.run(model, x()).toFloatArray())
                    .containsExactly(new float[] {7, 16}, ROUNDING);
            OneLayer.assertMergesAsItActs(model, x());
        }
    }

    @Test
    void multipliesAKernel() {
        Shape input = new Shape(2, 2, 4, 4);
        Convolution layer = new Convolution(ConvolutionSpec.plain(2).withPadding(1), 2, 3, 3);
        try (PeftModel model = over(layer, 3, false, input)) {
            OneLayer.fillAtRandom(model, manager);

            assertThat(
                            Tensors.get(
                                            model.adapter("default").tensors(),
                                            "base_model.model.layer.hra_u")
                                    .getArray()
                                    .getShape())
                    .isEqualTo(new Shape(18, 3));
            OneLayer.assertMergesAsItActs(model, manager.randomNormal(input));
        }
    }

    @Test
    void warnsThatAnOddNumberDoesNotStartAsTheIdentity() {
        try (PeftModel model = over(new Linear(2, 2), 3, false, new Shape(1, 2))) {
            assertThat(model.loadReport("default").warnings())
                    .anyMatch(text -> text.startsWith("r is 3: the symmetric initialization"));
        }
    }

    @Test
    void startsInPairsOfEqualColumns() {
        try (PeftModel model = over(new Linear(3, 2), 4, false, new Shape(1, 3))) {
            NDArray u =
                    Tensors.get(model.adapter("default").tensors(), "base_model.model.layer.hra_u")
                            .getArray();

            assertThat(u.get(":, 0::2").toFloatArray())
                    .isEqualTo(u.get(":, 1::2").toFloatArray())
                    .doesNotContain(0);
        }
    }

    @Test
    void refusesConvolutionsThatPeftWouldComputeOtherwise() {
        Shape input = new Shape(1, 4, 6, 6);
        ConvolutionSpec plain = ConvolutionSpec.plain(2);

        assertThatThrownBy(
                        () -> over(new Convolution(plain.withGroups(2), 4, 4, 1), 2, false, input))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HRA does not support convolutions with groups > 1")
                .hasMessageContaining("groups=2")
                .hasMessageContaining("optExcludeModules(\"layer\")");
        assertThatThrownBy(() -> over(new Convolution(plain, 4, 4, 1, 3), 2, false, input))
                .hasMessageContaining("a kernel that is not square (got [1, 3])");
        assertThatThrownBy(
                        () ->
                                over(
                                        new Convolution(plain.withStride(2, 1), 4, 4, 1),
                                        2,
                                        false,
                                        input))
                .hasMessageContaining("steps that differ between the axes")
                .hasMessageContaining("stride=[2, 1]");
    }
}
