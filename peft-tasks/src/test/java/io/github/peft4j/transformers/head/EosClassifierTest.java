package io.github.peft4j.transformers.head;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.seq2seq.Seq2SeqFiles;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EosClassifierTest {

    private static final int EOS = 2;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private TransformerModel model;

    @BeforeEach
    void load() throws IOException {
        model = Seq2SeqFiles.golden("bart-seqcls", AutoClass.SEQUENCE_CLASSIFICATION);
    }

    @AfterEach
    void close() {
        model.close();
        manager.close();
    }

    private ModelInput input(long... ids) {
        NDArray array = manager.create(ids, new Shape(2, ids.length / 2));
        return ModelInput.of(Map.of(ModelInput.INPUT_IDS, array));
    }

    /** What the decoder reads at the last end alone differs. */
    @Test
    void readsTheLastOfSeveralEnds() {
        ModelInput input = input(5, EOS, 6, EOS, 7, EOS, 8, EOS);
        NDArray read = manager.create(new long[] {2, 5, 2, 6, 2, 7, 2, 8}, new Shape(2, 4));
        NDArray other = manager.create(new long[] {2, 5, 2, 9, 2, 7, 2, 8}, new Shape(2, 4));

        NDArray one = model.forward(input.with(ModelInput.DECODER_INPUT_IDS, read)).logits();
        NDArray two = model.forward(input.with(ModelInput.DECODER_INPUT_IDS, other)).logits();

        assertThat(one.getShape()).isEqualTo(new Shape(2, 3));
        assertThat(one.get(0).sub(two.get(0)).abs().max().getFloat()).isGreaterThan(1e-4f);
        assertThat(one.get(1)).isEqualTo(two.get(1));
    }

    @Test
    void refusesRowsWithAnotherNumberOfEnds() {
        assertThatThrownBy(() -> model.forward(input(5, EOS, 6, EOS, 7, 9, 8, EOS)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Row 1 has 1 tokens 2 (eos_token_id), row 0 has 2");
        assertThatThrownBy(() -> model.forward(input(5, 6, 7, 8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Row 0 has 0 tokens 2");
    }

    @Test
    void refusesADecoderThatReadsSomethingElse() {
        ModelInput input = input(5, EOS, 7, EOS);
        NDArray other = manager.create(new long[] {2, 3, 4, 5, 6, 7}, new Shape(2, 3));

        assertThatThrownBy(() -> model.forward(input.with(ModelInput.DECODER_INPUT_IDS, other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must have the shape of what the decoder reads, (2, 3)");
    }
}
