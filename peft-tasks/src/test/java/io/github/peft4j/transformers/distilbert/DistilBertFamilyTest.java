package io.github.peft4j.transformers.distilbert;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.model.GivenKeyValues;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.GoldenEncoder;
import java.io.IOException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DistilBertFamilyTest {

    @ParameterizedTest
    @CsvSource({
        "distilbert-seqcls, right",
        "distilbert-qa, right",
        "distilbert-mlm, right",
    })
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.outputsEqualPython();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "distilbert-seqcls, right",
        "distilbert-qa, right",
        "distilbert-mlm, right",
    })
    void trainsAsPythonTrains(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.gradientsEqualPython();
        }
    }

    @Test
    void ignoresTokenTypesAsPythonDoes() throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open("distilbert-qa", "right")) {
            ModelInput input = golden.input();
            NDArray ids = Tensors.get(input.arrays(), ModelInput.INPUT_IDS);

            NDArray plain = golden.model().forward(input).startLogits();
            NDArray typed =
                    golden.model()
                            .forward(input.with(ModelInput.TOKEN_TYPE_IDS, ids.onesLike()))
                            .startLogits();

            Assertions.assertThat(typed).isEqualTo(plain);
        }
    }

    @Test
    void refusesKeysAndValuesFromOutside() throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open("distilbert-qa", "right")) {
            NDArray ids = Tensors.get(golden.input().arrays(), ModelInput.INPUT_IDS);
            GivenKeyValues given =
                    new GivenKeyValues(ImmutableList.of(new KeyValueCache.KeyValues(ids, ids)));

            Assertions.assertThatThrownBy(
                            () -> golden.model().forward(golden.input().withCache(given)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("take no keys and values from outside");
        }
    }
}
