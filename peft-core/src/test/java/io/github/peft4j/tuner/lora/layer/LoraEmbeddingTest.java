package io.github.peft4j.tuner.lora.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.LoraConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** rows = 3, dim = 2, r = 1, alpha = 2; every number worked by hand. */
class LoraEmbeddingTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Embedding table = new Embedding(3, 2);
    private PeftModel model = wrapped();

    private PeftModel wrapped() {
        table.initialize(manager, DataType.FLOAT32, new Shape(1));
        SequentialBlock block = new SequentialBlock().add(table);
        return PeftModels.getPeftModel(
                block,
                LoraConfig.builder().optR(1).optLoraAlpha(2).optTargetModules("Embedding").build());
    }

    @BeforeEach
    void fill() {
        Tensors.fill(table.weight(), Tensors.of(manager, new Shape(3, 2), 1, 2, 3, 4, 5, 6), 1);
        Tensors.fill(tensor("A"), Tensors.of(manager, new Shape(1, 3), 10, 20, 30), 1);
        Tensors.fill(tensor("B"), Tensors.of(manager, new Shape(2, 1), 1, -1), 1);
    }

    @AfterEach
    void close() {
        model.close();
        manager.close();
    }

    private Parameter tensor(String letter) {
        return tensor("default", letter);
    }

    private Parameter tensor(String name, String letter) {
        return Tensors.get(
                model.adapter(name).tensors(),
                "base_model.model.Embedding.lora_embedding_" + letter);
    }

    private ModelInput ids() {
        return ModelInput.of(
                ImmutableMap.of("x", manager.create(new long[] {2, 0}, new Shape(1, 2))));
    }

    @Test
    void addsTheRowsOfTheScaledProduct() {
        assertThat(model.forward(ids()).logits().toFloatArray())
                .containsExactly(5 + 60, 6 - 60, 1 + 20, 2 - 20);
    }

    @Test
    void honoursTheActivationsFactor() {
        Activation half = Activation.of("default").scale("default", 0.5);

        assertThat(model.forward(ids(), half).logits().toFloatArray())
                .containsExactly(5 + 30, 6 - 30, 1 + 10, 2 - 10);
    }

    @Test
    void mergesTheTransposedProduct() {
        try (MergedModel merged = model.mergeAndUnload()) {
            assertThat(
                            Tensors.get(merged.parameters(), "Embedding.weight")
                                    .getArray()
                                    .toFloatArray())
                    .containsExactly(21, -18, 43, -36, 65, -54);
        }
    }

    @Test
    void startsWithAZeroAndBNormal() {
        model.addAdapter("fresh", Tensors.get(model.peftConfig(), "default"));

        assertThat(tensor("fresh", "A").getArray().toFloatArray()).containsOnly(0);
        assertThat(tensor("fresh", "B").getArray().toFloatArray()).doesNotContain(0);
    }

    @Test
    void onlyRowsThatWereLookedUpGetAGradient() {
        try (Gradients on = Gradients.on()) {
            NDArray y = model.forward(ids(), model.newStore(), true).logits();
            Gradients.backward(y.get(":, :, 0").sum());
        }

        assertThat(tensor("A").getArray().getGradient().toFloatArray()).containsExactly(2, 0, 2);
        assertThat(tensor("B").getArray().getGradient().toFloatArray()).containsExactly(80, 0);
    }
}
