package io.github.peft4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ModelOutputTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray counted(long... shape) {
        Shape all = new Shape(shape);
        return manager.arange((float) all.size()).reshape(all);
    }

    @Test
    void leavesOutWhatBelongsToVirtualTokens() {
        ModelOutput output =
                ModelOutput.of(
                                ImmutableMap.of(
                                        ModelOutput.LOGITS,
                                        counted(1, 3, 1),
                                        "hidden_states.0",
                                        counted(1, 3, 1),
                                        ModelOutput.START_LOGITS,
                                        counted(1, 3),
                                        ModelOutput.POOLER_OUTPUT,
                                        counted(1, 3)))
                        .withVirtualTokens(2)
                        .with(ModelOutput.LOSS, counted(1));

        ModelOutput own = output.withoutVirtualTokens();

        assertThat(own.logits().toFloatArray()).containsExactly(2);
        assertThat(own.hiddenStates().get(0).toFloatArray()).containsExactly(2);
        assertThat(own.startLogits().toFloatArray()).containsExactly(0);
        assertThat(Tensors.get(own.arrays(), ModelOutput.POOLER_OUTPUT).size()).isEqualTo(3);
        assertThat(own.withoutVirtualTokens()).isSameAs(own);
        assertThat(output.logits().size()).isEqualTo(3);
    }

    @Test
    void keepsScoresOfTheLastPositionAndOfWholeTexts() {
        ModelOutput last =
                ModelOutput.of(ImmutableMap.of(ModelOutput.LOGITS, counted(2, 1, 5)))
                        .withVirtualTokens(3);
        ModelOutput texts =
                ModelOutput.of(ImmutableMap.of(ModelOutput.LOGITS, counted(2, 5)))
                        .withVirtualTokens(3);

        assertThat(last.withoutVirtualTokens().logits().size()).isEqualTo(10);
        assertThat(texts.withoutVirtualTokens().logits().size()).isEqualTo(10);
    }

    @Test
    void givenKeysMustBeAsWideAsTheModels() {
        FixedKeyValueCache given =
                new FixedKeyValueCache(
                        ImmutableList.of(new KeyValues(counted(1, 2, 4), counted(1, 2, 4))));

        assertThat(given.update(0, counted(1, 3, 4), counted(1, 3, 4)).keys().getShape())
                .isEqualTo(new Shape(1, 5, 4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> given.update(0, counted(1, 3, 6), counted(1, 3, 6)))
                .withMessageContaining("(1, 2, 4)")
                .withMessageContaining("(1, 3, 6)");
    }
}
