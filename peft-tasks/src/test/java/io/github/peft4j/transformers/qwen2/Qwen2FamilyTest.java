package io.github.peft4j.transformers.qwen2;

import io.github.peft4j.transformers.decoder.DecoderCase;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Qwen2FamilyTest {

    @ParameterizedTest
    @CsvSource({"qwen2-causal, forward", "qwen2-causal, left", "qwen2-causal, past"})
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (DecoderCase expected = DecoderCase.golden(model, name)) {
            expected.assertOutputs();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2-sliding", "qwen2-tokcls", "qwen2-qa"})
    void computesOtherFormsAndHeadsWithTheirGradients(String model) throws IOException {
        try (DecoderCase expected = DecoderCase.made(model)) {
            expected.assertOutputs();
            expected.assertGradients();
        }
    }
}
