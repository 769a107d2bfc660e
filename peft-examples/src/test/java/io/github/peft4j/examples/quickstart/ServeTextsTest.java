package io.github.peft4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.modality.Classifications;
import io.github.peft4j.testkit.Golden;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServeTextsTest {

    private static final Path CHECKPOINT = Golden.path("models/bert-seqcls");
    private static final Path ADAPTER = Golden.path("adapters/lora-seqcls-bert");

    @Test
    void classifies() throws Exception {
        List<Classifications> answers =
                ServeTexts.classify(CHECKPOINT, ADAPTER, List.of("Who paid?", "The boats."));

        assertThat(answers).hasSize(2);
        assertThat(answers.get(0).getProbabilities().stream().mapToDouble(p -> p).sum())
                .isCloseTo(1, within(1e-6));
    }

    @Test
    void switchesAdapters() throws Exception {
        List<Classifications> answers =
                ServeTexts.compare(
                        CHECKPOINT, ADAPTER, Golden.path("adapters/lora-rank-pattern"), "Who?");

        assertThat(answers.get(0).getProbabilities())
                .isNotEqualTo(answers.get(1).getProbabilities());
    }

    @Test
    void writes() throws Exception {
        String text =
                ServeTexts.write(
                        Golden.path("models/llama-causal"),
                        Golden.path("adapters/lora-causal-llama"),
                        "Who paid?");

        assertThat(text).isNotEmpty();
    }
}
