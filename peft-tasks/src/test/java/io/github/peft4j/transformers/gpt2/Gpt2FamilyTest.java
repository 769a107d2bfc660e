package io.github.peft4j.transformers.gpt2;

import io.github.peft4j.transformers.decoder.DecoderCase;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Gpt2FamilyTest {

    @ParameterizedTest
    @CsvSource({
        "gpt2-causal, forward",
        "gpt2-causal, embeds",
        "gpt2-causal, left",
        "gpt2-causal, past",
        "gpt2-causal-legacy, forward",
        "gpt2-causal-fp16, forward",
        "gpt2-seqcls, forward",
        "gpt2-tokcls, forward"
    })
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (DecoderCase expected = DecoderCase.golden(model, name)) {
            expected.assertOutputs();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2-untied", "gpt2-qa"})
    void computesOtherFormsAndHeadsWithTheirGradients(String model) throws IOException {
        try (DecoderCase expected = DecoderCase.made(model)) {
            expected.assertOutputs();
            expected.assertGradients();
        }
    }

    @Test
    void computesPythonsGradientsOfAllWeights() throws IOException {
        try (DecoderCase expected = DecoderCase.golden("gpt2-causal", "gradients")) {
            expected.assertGradients();
        }
    }
}
