package io.github.peft4j.tuner.lntuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Conv1D;
import io.github.peft4j.nn.Convolution;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.testkit.ToyModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LNTuningCopyTest {

    private static final LNTuningConfig CONFIG =
            LNTuningConfig.builder().optTargetModules("layer").build();

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void takesThePlaceOfATurnedWeight() {
        try (PeftModel model = OneLayer.adapt(manager, new Conv1D(2, 3), CONFIG, new Shape(1, 2))) {
            OneLayer.fill(model, "ln_tuning_layers.weight", manager, 1, 2, 3, 10, 20, 30);
            OneLayer.fill(model, "ln_tuning_layers.bias", manager, 100, 200, 300);
            NDArray x = Tensors.of(manager, new Shape(1, 2), 1, 2);

            assertThat(OneLayer.run(model, x).toFloatArray()).containsExactly(121, 242, 363);
            OneLayer.assertMergesAsItActs(model, x);
        }
    }

    @Test
    void takesThePlaceOfAKernel() {
        Block layer = new Convolution(ConvolutionSpec.plain(2), 2, 3, 2);
        try (PeftModel model = OneLayer.adapt(manager, layer, CONFIG, new Shape(1, 2, 3, 3))) {
            OneLayer.fillAtRandom(model, manager);
            NDArray x = manager.randomNormal(new Shape(2, 2, 3, 3));

            OneLayer.assertMergesAsItActs(model, x);
            try (MergedModel merged = model.mergeAndUnload()) {
                assertThat(
                                Tensors.bytes(
                                        Tensors.get(merged.parameters(), "layer.weight")
                                                .getArray()))
                        .isEqualTo(
                                Tensors.bytes(
                                        Tensors.get(
                                                        model.adapter("default").tensors(),
                                                        "base_model.model.layer.ln_tuning_layers.weight")
                                                .getArray()));
            }
        }
    }

    @Test
    void unloadingGivesTheBaseBack() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = normTuned(toy)) {
            model.adapter("default")
                    .trainable()
                    .forEach(p -> Tensors.fill(p, manager.randomNormal(p.getShape()), 1));

            try (MergedModel base = model.unload()) {
                assertThat(Tensors.bytes(base.forward(toy.input(manager)).logits()))
                        .isEqualTo(
                                Tensors.bytes(
                                        toy.base()
                                                .forward(
                                                        toy.input(manager),
                                                        AdapterPass.bare(manager, false))
                                                .logits()));
            }
        }
    }

    @Test
    void refusesToActivateWhatLacksACopyThatAnotherHas() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = normTuned(toy)) {
            model.addAdapter(
                    "both", LNTuningConfig.builder().optTargetModules("norm", "up").build());
            model.setAdapter("both");

            assertThatThrownBy(() -> model.setAdapter("default"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "Adapter 'default' has no copy of modules that adapter 'both' copies:"
                                    + " up")
                    .hasMessageContaining("same target_modules");
            assertThat(model.activeAdapters()).containsExactly("both");
        }
    }

    @Test
    void refusesAFactor() {
        try (ToyModel toy = ToyModel.ours();
                PeftModel model = normTuned(toy)) {
            assertThatThrownBy(() -> model.setScale("default", 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("does more than add to layer norm");
        }
    }

    private static PeftModel normTuned(ToyModel toy) {
        return PeftModels.getPeftModel(
                toy.base().block(), LNTuningConfig.builder().optTargetModules("norm").build());
    }
}
