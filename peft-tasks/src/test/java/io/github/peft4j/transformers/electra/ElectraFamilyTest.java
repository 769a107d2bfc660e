package io.github.peft4j.transformers.electra;

import io.github.peft4j.transformers.GoldenEncoder;
import java.io.IOException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElectraFamilyTest {

    @ParameterizedTest
    @CsvSource({
        "electra-seqcls, right",
        "electra-mlm, right",
        "electra-base, right",
    })
    void computesWhatPythonComputes(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.outputsEqualPython();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "electra-seqcls, right",
        "electra-mlm, right",
    })
    void trainsAsPythonTrains(String model, String name) throws IOException {
        try (GoldenEncoder golden = GoldenEncoder.open(model, name)) {
            golden.gradientsEqualPython();
        }
    }

    @Test
    void projectsEmbeddingsOnlyWhereTheirSizeDiffers() throws IOException {
        try (GoldenEncoder narrow = GoldenEncoder.open("electra-seqcls", "right");
                GoldenEncoder equal = GoldenEncoder.open("electra-base", "right")) {
            Assertions.assertThat(narrow.model().parameters())
                    .containsKey("electra.embeddings_project.weight");
            Assertions.assertThat(equal.model().parameters().keySet())
                    .noneMatch(name -> name.contains("embeddings_project"));
        }
    }
}
