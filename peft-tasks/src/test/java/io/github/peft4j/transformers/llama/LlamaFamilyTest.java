package io.github.peft4j.transformers.llama;

import io.github.peft4j.transformers.decoder.DecoderCase;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LlamaFamilyTest {

    @ParameterizedTest
    @CsvSource({
        "llama-causal, forward",
        "llama-causal, embeds",
        "llama-causal, left",
        "llama-causal, past",
        "llama-seqcls, forward"
    })
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (DecoderCase expected = DecoderCase.golden(model, name)) {
            expected.assertOutputs();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-qa", "llama-tokcls"})
    void computesOtherFormsAndHeadsWithTheirGradients(String model) throws IOException {
        try (DecoderCase expected = DecoderCase.made(model)) {
            expected.assertOutputs();
            expected.assertGradients();
        }
    }

    @Test
    void computesPythonsGradientsOfAllWeights() throws IOException {
        try (DecoderCase expected = DecoderCase.golden("llama-causal", "gradients")) {
            expected.assertGradients();
        }
    }
}
