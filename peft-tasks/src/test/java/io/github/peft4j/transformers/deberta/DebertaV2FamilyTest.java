package io.github.peft4j.transformers.deberta;

import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.GoldenEncoder;
import java.io.IOException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DebertaV2FamilyTest {

    @ParameterizedTest
    @CsvSource({
        "deberta-v2-seqcls, right",
        "deberta-v2-seqcls, left",
        "deberta-v2-seqcls, long",
        "deberta-v2-seqcls, shares",
        "deberta-v2-seqcls, absent",
        "deberta-v2-one-label, right",
        "deberta-v2-qa, right",
        "deberta-v2-mlm, right",
        "deberta-v2-mlm-authors, right",
        "deberta-v2-c2p, long",
        "deberta-v2-p2c, long",
        "deberta-v2-absolute, right",
        "deberta-v2-conv, right",
        "deberta-v2-conv, left",
        "deberta-v2-conv-alone, right",
        "deberta-v2-conv-alone, left",
    })
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.outputsEqualPython();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "deberta-v2-seqcls, right",
        "deberta-v2-seqcls, left",
        "deberta-v2-seqcls, long",
        "deberta-v2-seqcls, shares",
        "deberta-v2-seqcls, absent",
        "deberta-v2-one-label, right",
        "deberta-v2-qa, right",
        "deberta-v2-mlm, right",
        "deberta-v2-mlm-authors, right",
        "deberta-v2-c2p, long",
        "deberta-v2-p2c, long",
        "deberta-v2-absolute, right",
        "deberta-v2-conv, right",
        "deberta-v2-conv, left",
        "deberta-v2-conv-alone, right",
        "deberta-v2-conv-alone, left",
    })
    void trainsAsPythonTrains(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.gradientsEqualPython();
        }
    }

    @Test
    void returnsTheHiddenStatesOfAllLayersWithAConvolution() throws IOException {
        try (GoldenEncoder golden =
                GoldenEncoder.open(Golden.path("models/deberta-v2-tokcls"), "forward")) {
            golden.outputsEqualPython();
        }
    }

    @Test
    void callsTheAuthorsHeadByTheNamesOfTheirFiles() throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open("deberta-v2-mlm-authors", "right")) {
            Assertions.assertThat(golden.model().info().outputEmbedding())
                    .isEqualTo("lm_predictions.lm_head.dense");
            Assertions.assertThat(golden.model().parameters())
                    .containsKey("lm_predictions.lm_head.bias")
                    .doesNotContainKey("cls.predictions.bias");
        }
    }
}
