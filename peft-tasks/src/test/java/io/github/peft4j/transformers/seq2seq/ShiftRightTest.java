package io.github.peft4j.transformers.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShiftRightTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray rows(long... values) {
        return manager.create(values, new Shape(2, values.length / 2));
    }

    @Test
    void putsTheStartFirstAndPaddingForWhatDoesNotCount() {
        NDArray labels = rows(5, 6, 7, 8, 9, -100, -100, -100);

        NDArray shifted = new ShiftRight.FromStart(2, 1).of(labels);

        assertThat(shifted.getShape()).isEqualTo(new Shape(2, 4));
        assertThat(shifted.toLongArray()).containsExactly(2, 5, 6, 7, 2, 9, 1, 1);
        assertThat(labels.toLongArray()).containsExactly(5, 6, 7, 8, 9, -100, -100, -100);
    }

    @Test
    void putsTheLastTokenFirst() {
        NDArray shifted = new ShiftRight.FromLast(1).of(rows(5, 6, 2, 25, 9, 2, 26, -100));

        assertThat(shifted.toLongArray()).containsExactly(25, 5, 6, 2, 26, 9, 2, 26);
    }

    @Test
    void shiftsRowsOfOneToken() {
        assertThat(new ShiftRight.FromStart(2, 1).of(rows(5, 6)).toLongArray())
                .containsExactly(2, 2);
    }

    @Test
    void refusesARowThatNamesNoLanguage() {
        assertThatThrownBy(() -> new ShiftRight.FromLast(1).of(rows(5, 6, -100, 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Row 1 is nothing but padding");
    }

    @Test
    void asksForAStartTokenOnlyWhenItIsNeeded() {
        JsonObject json = new JsonObject();
        PretrainedConfig config = PretrainedConfig.of(json, "config.json");
        ShiftRight shift = ShiftRight.FromStart.of(config, -1, 0);

        assertThatThrownBy(() -> shift.of(rows(5, 6)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("decoder_start_token_id is absent in config.json")
                .hasMessageContaining("addConfigOverride");
    }
}
