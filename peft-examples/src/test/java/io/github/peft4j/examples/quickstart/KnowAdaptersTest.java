package io.github.peft4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.report.MergeVerdict.Advice;
import io.github.peft4j.store.Effect;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnowAdaptersTest {

    @TempDir private Path folder;

    private static TransformerModel base() throws IOException {
        return Transformers.load(Golden.path("models/bert-seqcls"), TaskType.SEQ_CLS);
    }

    @Test
    void seesThatAnAdapterActs() throws IOException {
        try (TransformerModel base = base()) {
            Path adapter = Golden.path("adapters/lora-seqcls-bert");

            assertThat(KnowAdapters.effect(base, adapter).effect()).isEqualTo(Effect.ACTS);
        }
    }

    @Test
    void mixesTwoMethods() throws IOException {
        Path golden = Golden.path("adapters/mixed-model");
        try (TransformerModel base = base()) {
            assertThat(
                            KnowAdapters.mixed(base, golden.resolve("lora"), golden.resolve("oft"))
                                    .toString())
                    .startsWith("PeftMixedModel over BertForSequenceClassification")
                    .contains("{low=LORA, turn=OFT}, active: [low, turn]")
                    .contains("attention.self.query (linear): low active; turn active");
        }
    }

    @Test
    void judgesAMerge() throws IOException {
        Path adapter = Golden.path("adapters/lora-seqcls-bert");
        Path merged = folder.resolve("merged");
        try (NDManager scope = NDManager.newBaseManager("PyTorch");
                TransformerModel base = base();
                PeftModel model = PeftModels.fromPretrained(base, adapter)) {
            ModelInput input =
                    ModelInput.of(
                            Golden.tensors(
                                    scope,
                                    "adapters/lora-seqcls-bert/expected.safetensors",
                                    "in."));

            boolean merge = KnowAdapters.verdict(model, input, merged).advice() == Advice.MERGE;

            assertThat(Files.exists(merged.resolve("config.json"))).isEqualTo(merge);
        }
    }
}
