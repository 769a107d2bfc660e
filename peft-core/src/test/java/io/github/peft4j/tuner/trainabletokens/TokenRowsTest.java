package io.github.peft4j.tuner.trainabletokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.testkit.OneLayer;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TokenRowsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static TrainableTokensConfig rows(int... tokens) {
        return TrainableTokensConfig.builder()
                .optTargetModules("layer")
                .optTokenIndices(tokens)
                .build();
    }

    private PeftModel over(Block layer, int... tokens) {
        PeftModel model = OneLayer.adapt(manager, layer, rows(tokens), new Shape(1, 2));
        OneLayer.fillBase(model, "weight", manager, 1, 2, 3, 4, 5, 6);
        return model;
    }

    private NDArray ids(long... ids) {
        return manager.create(ids, new Shape(1, ids.length));
    }

    private static Parameter delta(PeftModel model) {
        return Tensors.get(
                model.adapter("default").tensors(),
                "base_model.model.layer.trainable_tokens_delta");
    }

    @Test
    void replacesRowsAndScalesThemAsTheLayerDoes() {
        try (PeftModel model = over(new Embedding(3, 2, null, 10), 2, 0)) {
            OneLayer.fill(model, "trainable_tokens_delta", manager, -1, -2, 7, 8);

            assertThat(OneLayer.run(model, ids(0, 1, 2)).toFloatArray())
                    .containsExactly(70, 80, 30, 40, -10, -20);
            OneLayer.assertMergesAsItActs(model, ids(0, 1, 2));
        }
    }

    @Test
    void countsARowsGradientAsOftenAsItWasLookedUp() {
        try (PeftModel model = over(new Embedding(3, 2), 1)) {
            backward(model, ids(1, 0, 1, 2));

            assertThat(delta(model).getArray().getGradient().toFloatArray()).containsExactly(2, 2);
        }
    }

    @Test
    void leavesTheRowOfPaddingWithoutGradientAsTheLayerDoes() {
        try (PeftModel model = over(new Embedding(3, 2, 1), 1, 2)) {
            backward(model, ids(1, 2));

            assertThat(delta(model).getArray().getGradient().toFloatArray())
                    .containsExactly(0, 0, 1, 1);
        }
    }

    private void backward(PeftModel model, NDArray ids) {
        try (Gradients on = Gradients.on()) {
            ModelInput input = ModelInput.of(ImmutableMap.of("x", ids));
            Gradients.backward(model.forward(input, model.newStore(), true).logits().sum());
        }
    }

    @Test
    void replacesOutputsOfALinearLayerAndDropsItsBiasAsPeftDoes() {
        try (PeftModel model = over(new Linear(2, 3), 1)) {
            OneLayer.fillBase(model, "bias", manager, 100, 100, 100);
            OneLayer.fill(model, "trainable_tokens_delta", manager, 10, -10);
            NDArray x = Tensors.of(manager, new Shape(1, 2), 1, 2);

            assertThat(OneLayer.run(model, x).toFloatArray()).containsExactly(5, -10, 17);
        }
    }

    @Test
    void doesNothingWithoutTokens() {
        try (PeftModel model = over(new Embedding(3, 2))) {
            assertThat(OneLayer.run(model, ids(2)).toFloatArray()).containsExactly(5, 6);
        }
    }

    @Test
    void twoAdaptersReplaceDifferentRows() {
        try (PeftModel model = over(new Embedding(3, 2), 0)) {
            OneLayer.fill(model, "trainable_tokens_delta", manager, -1, -2);
            model.addAdapter("other", rows(2));
            model.setAdapter("default", "other");

            assertThat(OneLayer.run(model, ids(0, 1, 2)).toFloatArray())
                    .containsExactly(-1, -2, 3, 4, 5, 6);
        }
    }

    @Test
    void refusesTheSameRowTwice() {
        try (PeftModel model = over(new Embedding(3, 2), 0, 1)) {
            model.addAdapter("other", rows(2, 1));

            assertThatThrownBy(() -> model.setAdapter("default", "other"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "Adapters 'default' and 'other' cannot both act at layer: the token"
                                    + " indices [1] stand in both. Token indices of active"
                                    + " adapters must be disjoint.");
        }
    }

    @Test
    void refusesRowsThatTheTableDoesNotHave() {
        assertThatThrownBy(() -> over(new Embedding(3, 2), 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("token_indices has 3, but layer has the rows 0 to 2");
    }
}
