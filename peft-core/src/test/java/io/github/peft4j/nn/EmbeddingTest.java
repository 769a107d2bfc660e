package io.github.peft4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.tuner.lora.LoraConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddingTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Embedding table = new Embedding(3, 2, null, 10);

    @BeforeEach
    void fill() {
        table.initialize(manager, DataType.FLOAT32, new Shape(1));
        Tensors.fill(table.weight(), Tensors.of(manager, new Shape(3, 2), 1, 2, 3, 4, 5, 6), 1);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray ids(long... ids) {
        return manager.create(ids);
    }

    private AdapterPass pass() {
        return AdapterPass.over(new ParameterStore(manager, false), manager, false);
    }

    @Test
    void multipliesWhatItLooksUp() {
        assertThat(table.forward(pass(), ids(2, 0)).toFloatArray()).containsExactly(50, 60, 10, 20);
        assertThat(table.weight().getArray().toFloatArray()).startsWith(1, 2);
    }

    @Test
    void sharesItsTableAndFactorWithATiedOne() {
        Embedding other = table.tied();

        assertThat(other).isNotSameAs(table);
        assertThat(other.weight()).isSameAs(table.weight());
        assertThat(other.forward(pass(), ids(1)).toFloatArray()).containsExactly(30, 40);
    }

    /** As in PEFT: the adapter's part takes the factor too, so that merging changes nothing. */
    @Test
    void multipliesWhatAnAdapterAdds() {
        try (PeftModel model =
                PeftModels.getPeftModel(
                        new SequentialBlock().add(table),
                        LoraConfig.builder()
                                .optR(1)
                                .optLoraAlpha(2)
                                .optTargetModules("Embedding")
                                .build())) {
            String key = "base_model.model.Embedding.lora_embedding_";
            Tensors.fill(
                    Tensors.get(model.trainableTensors(), key + "A"),
                    Tensors.of(manager, new Shape(1, 3), 1, 2, 3),
                    1);
            Tensors.fill(
                    Tensors.get(model.trainableTensors(), key + "B"),
                    Tensors.of(manager, new Shape(2, 1), 1, -1),
                    1);
            ModelInput input = ModelInput.of(ImmutableMap.of("x", ids(2, 0).reshape(1, 2)));
            float[] expected = {50 + 60, 60 - 60, 10 + 20, 20 - 20};

            assertThat(model.forward(input).logits().toFloatArray()).containsExactly(expected);
            try (MergedModel merged = model.mergeAndUnload()) {
                assertThat(merged.forward(input).logits().toFloatArray()).containsExactly(expected);
            }
        }
    }
}
