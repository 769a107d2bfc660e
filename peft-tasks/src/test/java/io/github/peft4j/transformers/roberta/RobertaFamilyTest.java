package io.github.peft4j.transformers.roberta;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.GoldenEncoder;
import java.io.IOException;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RobertaFamilyTest {

    @ParameterizedTest
    @CsvSource({
        "roberta-seqcls, right",
        "roberta-seqcls, left",
        "roberta-seqcls, past",
        "roberta-mlm, right",
        "roberta-mlm, left",
        "xlm-roberta-base, right",
        "camembert-tokcls, right",
        "camembert-tokcls, left",
    })
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.outputsEqualPython();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "roberta-seqcls, right",
        "roberta-seqcls, left",
        "roberta-seqcls, past",
        "roberta-mlm, right",
        "roberta-mlm, left",
        "camembert-tokcls, right",
        "camembert-tokcls, left",
    })
    void trainsAsPythonTrains(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.gradientsEqualPython();
        }
    }

    @Test
    void returnsTheHiddenStatesOfAllLayers() throws IOException {
        try (GoldenEncoder golden =
                GoldenEncoder.open(Golden.path("models/roberta-mlm"), "forward")) {
            golden.outputsEqualPython();
        }
    }

    @Test
    void refusesTextsLongerThanItsPositions() throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open("roberta-seqcls", "right");
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

    private static ModelOutput call(GoldenEncoder golden, NDArray ids) {
        return golden.model().forward(ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids)));
    }
}
