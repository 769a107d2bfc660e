package io.github.peft4j.tuner.lora.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.loss.Loss;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.PenalizedLoss;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.BdLoraConfig;
import io.github.peft4j.tuner.lora.option.KasaConfig;
import io.github.peft4j.tuner.lora.option.MontecloraConfig;
import io.github.peft4j.tuner.lora.option.VeloraConfig;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which variant acts where, on blocks of DJL itself. */
class LoraVariantsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private Block linear(long in, long out) {
        Block block = new SequentialBlock().add(Linear.builder().setUnits(out).build());
        block.initialize(manager, DataType.FLOAT32, new Shape(2, in));
        return block;
    }

    private Block convolution() {
        Block block =
                new SequentialBlock()
                        .add(
                                Conv2d.builder()
                                        .setKernelShape(new Shape(3, 3))
                                        .setFilters(4)
                                        .build());
        block.initialize(manager, DataType.FLOAT32, new Shape(2, 3, 5, 5));
        return block;
    }

    private static LoraConfig.Builder config(String target) {
        return LoraConfig.builder().optR(2).optLoraAlpha(4).optTargetModules(target);
    }

    private static void fill(PeftModel model) {
        model.adapter("default")
                .trainable()
                .forEach(
                        p ->
                                Tensors.fill(
                                        p,
                                        p.getArray().getManager().randomNormal(p.getShape()),
                                        0.4));
    }

    private static NDArray output(PeftModel model, NDArray x) {
        return model.base()
                .toList(model.forward(ModelInput.positional(new NDList(x))))
                .singletonOrThrow();
    }

    @Test
    void refusesTwoAtOnce() {
        LoraConfig both = config("Linear").optUseDora(true).optKasaConfig(new KasaConfig()).build();

        assertThatThrownBy(() -> PeftModels.getPeftModel(linear(5, 4), both))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use_dora and kasa_config are set together")
                .hasMessageContaining("Leave all but one out");
    }

    @Test
    void refusesLayersThatAVariantDoesNotKnow() {
        for (LoraConfig.Builder config :
                List.of(
                        config("Conv2d").optKasaConfig(new KasaConfig()),
                        config("Conv2d").optVeloraConfig(new VeloraConfig()),
                        config("Conv2d").optMontecloraConfig(new MontecloraConfig()),
                        config("Conv2d")
                                .optUseBdlora(new BdLoraConfig(List.of("Conv"), List.of(), 1)))) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(convolution(), config.build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Conv2d is a convolution")
                    .hasMessageContaining("optExcludeModules(\"Conv2d\")");
        }
    }

    @Test
    void doraActsOnConvolutionsOfDjl() {
        Block block = convolution();
        NDArray x = manager.randomNormal(new Shape(2, 3, 5, 5));
        NDArray bare =
                block.forward(new ParameterStore(manager, false), new NDList(x), false).get(0);
        try (PeftModel model =
                PeftModels.getPeftModel(block, config("Conv2d").optUseDora(true).build())) {
            Tensors.assertClose(output(model, x), bare, Tensors.OUTPUT, "at the start");
            fill(model);
            NDArray adapted = output(model, x);
            assertThat(Tensors.relativeError(adapted, bare)).isGreaterThan(0.1);
            try (MergedModel merged = model.mergeAndUnload()) {
                NDArray folded =
                        merged.forward(ModelInput.positional(new NDList(x)))
                                .arrays()
                                .values()
                                .iterator()
                                .next();
                Tensors.assertClose(folded, adapted, Tensors.OUTPUT, "merged");
            }
        }
    }

    /** What PiSSA takes out of the weight counts in the lengths too. */
    @Test
    void doraStartsWithoutEffectFromPissa() {
        Block block = linear(5, 4);
        NDArray x = manager.randomNormal(new Shape(2, 5));
        NDArray bare =
                block.forward(new ParameterStore(manager, false), new NDList(x), false).get(0);
        LoraConfig config = config("Linear").optUseDora(true).optInitLoraWeights("pissa").build();
        try (PeftModel model = PeftModels.getPeftModel(block, config)) {
            Tensors.assertClose(output(model, x), bare, 1e-5, "at the start");
            float[] lengths =
                    model.adapter("default")
                            .tensors()
                            .get("base_model.model.Linear.lora_magnitude_vector")
                            .getArray()
                            .toFloatArray();
            NDArray w = block.getParameters().valueAt(0).getArray();
            Tensors.assertClose(
                    manager.create(lengths), w.square().sum(new int[] {1}).sqrt(), 1e-5, "m");
        }
    }

    /** W has singular values 3, 2 and 1; of rank 1 less, the last is gone. */
    @Test
    void kasaLeavesTheSmallestPartsOut() {
        Block block = linear(3, 3);
        block.getParameters().valueAt(0).getArray().set(new float[] {0, 2, 0, 3, 0, 0, 0, 0, 1});
        NDArray x = manager.create(new float[] {1, 10, 100}, new Shape(1, 3));
        LoraConfig config =
                LoraConfig.builder()
                        .optR(1)
                        .optTargetModules("Linear")
                        .optKasaConfig(new KasaConfig(0.5, 0.25))
                        .build();
        try (PeftModel model = PeftModels.getPeftModel(block, config)) {
            Tensors.assertClose(
                    output(model, x),
                    manager.create(new float[] {20, 3, 0}, new Shape(1, 3)),
                    1e-5,
                    "without the smallest part");
            try (var off = model.disableAdapter()) {
                assertThat(output(model, x).toFloatArray()).containsExactly(20, 3, 100);
            }

            set(model, "lora_A.weight", 2, 0, 0);
            set(model, "lora_B.weight", 0, 3, 0);
            set(model, "lora_diag", 4);
            // s = 8: 8 * 3 * 4 * 2 * x_0
            Tensors.assertClose(
                    output(model, x),
                    manager.create(new float[] {20, 3 + 192, 0}, new Shape(1, 3)),
                    1e-5,
                    "with a change");

            NDArray y = manager.create(new float[] {1}, new Shape(1));
            try (Gradients off = Gradients.off()) {
                NDArray loss =
                        new PenalizedLoss(model, Loss.l1Loss())
                                .evaluate(new NDList(y), new NDList(y));
                // 0.5 * 16 + 0.25 * (|4 - 1| + |9 - 1|)
                assertThat(loss.getFloat()).isEqualTo(8 + 0.25f * 11);
                assertThat(PenalizedLoss.withTermsOfTraining(model, y.sum()).getFloat())
                        .isEqualTo(1 + 8 + 0.25f * 11);
            }
        }
    }

    private static void set(PeftModel model, String suffix, float... numbers) {
        model.adapter("default")
                .tensors()
                .get("base_model.model.Linear." + suffix)
                .getArray()
                .set(numbers);
    }

    @Test
    void kasaGoesWithKasaAlone() {
        LoraConfig kasa = config("Linear").optKasaConfig(new KasaConfig()).build();
        LoraConfig plain = config("Linear").build();
        try (PeftModel model = PeftModels.getPeftModel(linear(5, 4), kasa)) {
            assertThatThrownBy(() -> model.addAdapter("other", plain))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the new adapter does not use it and 'default' does");
            model.addAdapter("second", kasa);
            assertThatThrownBy(() -> model.setAdapter("default", "second"))
                    .hasMessageContaining("leave the same ones out twice");
        }
        try (PeftModel model = PeftModels.getPeftModel(linear(5, 4), plain)) {
            assertThatThrownBy(() -> model.addAdapter("other", kasa))
                    .hasMessageContaining("the new adapter uses it and 'default' does not");
        }
    }

    @Test
    void kasaNeedsAPartThatStays() {
        LoraConfig kasa =
                LoraConfig.builder()
                        .optR(4)
                        .optTargetModules("Linear")
                        .optKasaConfig(new KasaConfig())
                        .build();

        assertThatThrownBy(() -> PeftModels.getPeftModel(linear(5, 4), kasa))
                .hasMessageContaining("r is 4")
                .hasMessageContaining("smaller than min(in_features, out_features), 4");
    }

    /** Input features in two halves: each block of A sees one of them. */
    /** The bound of PEFT for block-diagonal layers: the root of 6 over a block's width. */
    @Test
    void bdLoraStartsWithinTheBoundOfABlock() {
        LoraConfig config =
                LoraConfig.builder()
                        .optR(8)
                        .optUseBdlora(new BdLoraConfig(List.of("Lin"), List.of(), 2))
                        .optTargetModules("Linear")
                        .build();
        try (PeftModel model = PeftModels.getPeftModel(linear(64, 4), config)) {
            NDArray a =
                    model.adapter("default")
                            .tensors()
                            .get("base_model.model.Linear.lora_A.weight")
                            .getArray();
            double bound = Math.sqrt(6.0 / 32);

            assertThat(a.getShape()).isEqualTo(new Shape(8, 32));
            assertThat((double) a.abs().max().getFloat()).isBetween(0.9 * bound, bound);
        }
    }

    @Test
    void blocksOfBdLoraStayApart() {
        LoraConfig config =
                LoraConfig.builder()
                        .optR(2)
                        .optLoraAlpha(2)
                        .optTargetModules("Linear")
                        .optUseBdlora(new BdLoraConfig(List.of("Lin"), List.of(), 2))
                        .build();
        Block block = linear(4, 2);
        block.getParameters().valueAt(0).getArray().set(new float[8]);
        NDArray x = manager.create(new float[] {1, 10, 100, 1000}, new Shape(1, 4));
        try (PeftModel model = PeftModels.getPeftModel(block, config)) {
            set(model, "lora_A.weight", 1, 2, 3, 4);
            set(model, "lora_B.weight", 1, 0, 0, 1);
            assertThat(output(model, x).toFloatArray()).containsExactly(21, 4300);
        }
        LoraConfig inB =
                config.toBuilder()
                        .optUseBdlora(new BdLoraConfig(List.of(), List.of("Lin"), 2))
                        .build();
        try (PeftModel model = PeftModels.getPeftModel(block, inB)) {
            set(model, "lora_A.weight", 1, 1, 0, 0, 0, 0, 1, 1);
            set(model, "lora_B.weight", 5, 7);
            assertThat(output(model, x).toFloatArray()).containsExactly(55, 7700);
        }
        LoraConfig elsewhere =
                config.toBuilder()
                        .optUseBdlora(new BdLoraConfig(List.of("q_proj"), List.of(), 2))
                        .build();
        assertThatThrownBy(() -> PeftModels.getPeftModel(block, elsewhere))
                .hasMessageContaining("Target Linear matches neither")
                .hasMessageContaining("match_strict");
    }
}
