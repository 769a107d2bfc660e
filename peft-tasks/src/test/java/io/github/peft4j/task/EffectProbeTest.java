package io.github.peft4j.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.store.Effect;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.prompttuning.PromptTuningConfig;
import io.github.peft4j.tuner.xlora.XLoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where neither tensors nor a weight tell whether an adapter acts, two short passes do. */
class EffectProbeTest {

    private static final int HIDDEN = 32;

    @TempDir private Path folder;

    private TransformerModel base;

    @BeforeEach
    void load() throws IOException {
        base =
                Transformers.load(
                        Golden.path("models/llama-causal"),
                        TaskType.CAUSAL_LM,
                        LoadOptions.builder().addConfigOverride("use_cache", false).build());
    }

    @AfterEach
    void close() {
        base.close();
    }

    private Path saved(String name, PeftConfig config, float shift) throws IOException {
        Path saved = folder.resolve(name);
        try (PeftModel model = PeftModels.getPeftModel(base.block(), config)) {
            for (Parameter p : model.trainableTensors().values()) {
                try (NDArray moved = p.getArray().add(shift)) {
                    Tensors.fill(p, moved, 1);
                }
            }
            model.savePretrained(saved);
        }
        return saved;
    }

    private PeftModel load(Path saved, LoadAdapterOptions options) throws IOException {
        return PeftModels.fromPretrained(base.block(), saved, "default", options);
    }

    @Test
    void probesPromptsOnlyWhereAsked() throws IOException {
        Path prompt =
                saved(
                        "prompt",
                        PromptTuningConfig.builder()
                                .setNumVirtualTokens(3)
                                .optTaskType(TaskType.CAUSAL_LM)
                                .build(),
                        0.1f);

        try (PeftModel quiet = load(prompt, LoadAdapterOptions.DEFAULT);
                PeftModel asked = load(prompt, LoadAdapterOptions.EFFECTIVE)) {
            assertThat(quiet.loadReport("default").effect()).isEqualTo(Effect.NOT_ASKED);
            assertThat(quiet.effect("default")).isEqualTo(Effect.ACTS);
            assertThat(asked.loadReport("default").effect()).isEqualTo(Effect.ACTS);
        }
    }

    @Test
    void tellsAMixtureOfUntrainedExperts() throws IOException {
        LoraConfig expert = LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM).optR(2).build();
        Path silent = mixture("silent", saved("e0", expert, 0), saved("e1", expert, 0));
        Path loud = mixture("loud", saved("e2", expert, 0), saved("e3", expert, 0.1f));

        assertThatThrownBy(() -> load(silent, LoadAdapterOptions.EFFECTIVE))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(silent + " changes nothing: at each of its 4 layers");
        try (PeftModel quiet = load(silent, LoadAdapterOptions.DEFAULT);
                PeftModel acting = load(loud, LoadAdapterOptions.EFFECTIVE)) {
            assertThat(quiet.effect("default")).isEqualTo(Effect.AT_START);
            assertThat(acting.loadReport("default").effect()).isEqualTo(Effect.ACTS);
        }
    }

    private Path mixture(String name, Path... experts) throws IOException {
        return saved(
                name,
                XLoraConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optHiddenSize(HIDDEN)
                        .optAdapters(
                                ImmutableMap.of(
                                        "0", experts[0].toString(), "1", experts[1].toString()))
                        .build(),
                0);
    }
}
