package io.github.peft4j.transformers.gemma2;

import io.github.peft4j.transformers.decoder.DecoderCase;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Gemma2FamilyTest {

    @ParameterizedTest
    @CsvSource({"gemma2-causal, forward", "gemma2-causal, left", "gemma2-causal, past"})
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (DecoderCase expected = DecoderCase.golden(model, name)) {
            expected.assertOutputs();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma2-causal", "gemma2-seqcls", "gemma2-tokcls"})
    void computesOtherFormsAndHeadsWithTheirGradients(String model) throws IOException {
        try (DecoderCase expected = DecoderCase.made(model)) {
            expected.assertOutputs();
            expected.assertGradients();
        }
    }
}
