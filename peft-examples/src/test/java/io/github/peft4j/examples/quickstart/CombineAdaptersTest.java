package io.github.peft4j.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CombineAdaptersTest {

    private static final LoraConfig LORA =
            LoraConfig.builder()
                    .optTaskType(TaskType.CAUSAL_LM)
                    .optTargetModules("q_proj", "down_proj")
                    .optInitLoraWeights(false)
                    .build();

    @TempDir private Path folder;

    private TransformerModel base;
    private PeftModel model;

    @BeforeEach
    void load() throws IOException {
        base = Transformers.load(Golden.path("models/llama-causal"), TaskType.CAUSAL_LM);
        model = PeftModels.getPeftModel(base, LORA);
    }

    @AfterEach
    void close() {
        model.close();
        base.close();
    }

    @Test
    void addsTwoAdapters() {
        model.addAdapter("style", LORA);
        model.addAdapter("facts", LORA);

        // twice rank 8 fits into 16
        assertThat(CombineAdapters.add(model).discardedShare()).isLessThan(1e-6);
        assertThat(model.activeAdapters()).containsExactly("both");
    }

    @Test
    void convertsAndShrinks() throws IOException {
        Path lora = folder.resolve("lora");

        assertThat(CombineAdapters.convert(model, lora).discardedShare()).isBetween(0.0, 0.01);
        assertThat(PeftConfig.fromPretrained(lora)).isInstanceOf(LoraConfig.class);
        assertThat(CombineAdapters.shrink(model).discardedShare()).isBetween(0.01, 0.99);
        assertThat(model.peftConfig()).containsKey("small");
    }

    @Test
    void softens() {
        assertThat(CombineAdapters.soften(model).layers()).hasSize(4);
        assertThat(model.activeAdapters()).containsExactly("gentle");
    }

    @Test
    void swaps() throws IOException {
        try (PeftModel other = PeftModels.getPeftModel(base, LORA)) {
            other.savePretrained(folder);
        }
        CombineAdapters.swap(model, folder);

        assertThat(model.loadReport("default").tensors()).isNotEmpty();
    }
}
