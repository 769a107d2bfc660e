package io.github.peft4j.transformers.mpnet;

import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.GoldenEncoder;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MPNetFamilyTest {

    @ParameterizedTest
    @CsvSource({
        "mpnet-seqcls, right",
        "mpnet-seqcls, left",
        "mpnet-seqcls, long",
        "mpnet-tokcls, right",
        "mpnet-tokcls, long",
        "mpnet-qa, right",
        "mpnet-mlm, right",
    })
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.outputsEqualPython();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mpnet-seqcls, right",
        "mpnet-seqcls, left",
        "mpnet-seqcls, long",
        "mpnet-tokcls, right",
        "mpnet-tokcls, long",
        "mpnet-qa, right",
        "mpnet-mlm, right",
    })
    void trainsAsPythonTrains(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.gradientsEqualPython();
        }
    }

    @Test
    void returnsHiddenStatesAndThePoolersOutput() throws IOException {
        try (GoldenEncoder golden =
                GoldenEncoder.open(Golden.path("models/mpnet-sentence"), "forward")) {
            golden.outputsEqualPython();
        }
    }
}
