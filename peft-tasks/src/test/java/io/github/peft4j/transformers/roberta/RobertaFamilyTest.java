package io.github.peft4j.transformers.roberta;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.transformers.GoldenCase;
import io.github.peft4j.transformers.family.FamilyContract;
import java.io.IOException;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class RobertaFamilyTest extends FamilyContract {

    @Override
    protected ImmutableListMultimap<String, String> outputs() {
        return ImmutableListMultimap.<String, String>builder()
                .put("roberta-mlm", "forward")
                .put("encoders/xlm-roberta-base", "right")
                .build();
    }

    @Override
    protected ImmutableListMultimap<String, String> trained() {
        return ImmutableListMultimap.<String, String>builder()
                .putAll("encoders/roberta-seqcls", "right", "left", "past")
                .putAll("encoders/roberta-mlm", "right", "left")
                .putAll("encoders/camembert-tokcls", "right", "left")
                .build();
    }

    @Test
    void refusesTextsLongerThanItsPositions() throws IOException {
        try (GoldenCase golden = GoldenCase.open("encoders/roberta-seqcls", "right");
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            // 40 rows, of which the first two stand for no position.
            NDArray fits = manager.full(new Shape(1, 38), 5, DataType.INT64);
            NDArray tooLong = manager.full(new Shape(1, 39), 5, DataType.INT64);
            NDArray padded = manager.full(new Shape(1, 60), 1, DataType.INT64);

            Assertions.assertThat(call(golden, fits).logits().getShape())
                    .isEqualTo(new Shape(1, 3));
            Assertions.assertThat(call(golden, padded).logits().getShape())
                    .isEqualTo(new Shape(1, 3));
            Assertions.assertThatThrownBy(() -> call(golden, tooLong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "The input is 39 tokens long, but this model has 38 positions. Truncate"
                                    + " the texts (maxLength).");
        }
    }

    private static ModelOutput call(GoldenCase golden, NDArray ids) {
        return golden.model().forward(ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids)));
    }
}
