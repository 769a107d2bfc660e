package io.github.peft4j.transformers.mistral;

import io.github.peft4j.transformers.decoder.DecoderCase;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MistralFamilyTest {

    @ParameterizedTest
    @CsvSource({"mistral-causal, forward", "mistral-causal, left", "mistral-causal, past"})
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (DecoderCase expected = DecoderCase.golden(model, name)) {
            expected.assertOutputs();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mistral-seqcls", "mistral-tokcls", "mistral-qa"})
    void computesOtherFormsAndHeadsWithTheirGradients(String model) throws IOException {
        try (DecoderCase expected = DecoderCase.made(model)) {
            expected.assertOutputs();
            expected.assertGradients();
        }
    }
}
