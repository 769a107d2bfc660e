package io.github.peft4j.transformers.seq2seq;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both embeddings and the output read one table; an adapter acts on one of them. */
class TiedWeightsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static TransformerModel load(String name) throws IOException {
        return Seq2SeqFiles.golden(name, AutoClass.SEQ_2_SEQ_LM);
    }

    private ModelInput input(String name) throws IOException {
        return ModelInput.of(
                Seq2SeqFiles.tensors(
                        manager,
                        Golden.path("models/" + name + "/expected/forward.safetensors"),
                        "in."));
    }

    private PeftModel adapted(TransformerModel base, String regex) {
        Engine.getEngine("PyTorch").setRandomSeed(3);
        PeftModel model =
                PeftModels.getPeftModel(
                        base,
                        LoraConfig.builder()
                                .optTaskType(TaskType.SEQ_2_SEQ_LM)
                                .optR(2)
                                .optTargetModulesRegex(regex)
                                .build());
        for (Parameter p : model.trainableTensors().values()) {
            Tensors.fill(p, manager.randomNormal(p.getArray().getShape()), 0.3);
        }
        return model;
    }

    private static NDArray encoded(ModelOutput output) {
        return output.get(ModelOutput.ENCODER_LAST_HIDDEN_STATE).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "t5-seq2seq, .*\\.(q|v|wo)",
        "bart-seq2seq, .*\\.(q_proj|v_proj|fc1)",
        "flan-t5-seq2seq, lm_head",
        "flan-t5-seq2seq, .*relative_attention_bias",
    })
    void mergesBesideTheTie(String name, String regex) throws IOException {
        try (TransformerModel base = load(name);
                PeftModel model = adapted(base, regex);
                MergedModel merged = model.mergeAndUnload()) {
            ModelInput input = input(name);
            NDArray active = model.forward(input).logits();

            Tensors.assertClose(merged.forward(input).logits(), active, Tensors.OUTPUT, "logits");
            assertThat(Tensors.relativeError(base.forward(input).logits(), active))
                    .isGreaterThan(1e-3);
            String shared = name.startsWith("bart") ? "model.shared.weight" : "shared.weight";
            assertThat(Tensors.get(merged.parameters(), shared))
                    .isSameAs(Tensors.get(base.parameters(), shared));
        }
    }

    /**
     * Python changes the embeddings too when it merges; here the output gets a weight of its own.
     */
    @ParameterizedTest
    @ValueSource(strings = {"t5-seq2seq", "bart-seq2seq"})
    void adaptsAndMergesTheOutputAlone(String name) throws IOException {
        try (TransformerModel base = load(name);
                PeftModel model = adapted(base, "lm_head");
                MergedModel merged = model.mergeAndUnload()) {
            ModelInput input = input(name);
            ModelOutput bare = base.forward(input);
            ModelOutput active = model.forward(input);
            ModelOutput folded = merged.forward(input);

            assertThat(encoded(active)).isEqualTo(encoded(bare));
            assertThat(encoded(folded)).isEqualTo(encoded(bare));
            assertThat(Tensors.relativeError(active.logits(), bare.logits())).isGreaterThan(1e-3);
            Tensors.assertClose(folded.logits(), active.logits(), Tensors.OUTPUT, "logits");
        }
    }

    @Test
    void adaptsOneHalfsEmbeddingAlone() throws IOException {
        try (TransformerModel base = load("t5-seq2seq");
                PeftModel model = adapted(base, "decoder\\.embed_tokens")) {
            ModelInput input = input("t5-seq2seq").withOutputHiddenStates(true);
            ModelOutput bare = base.forward(input);
            ModelOutput active = model.forward(input);

            assertThat(encoded(active)).isEqualTo(encoded(bare));
            assertThat(
                            Tensors.relativeError(
                                    active.hiddenStates().get(0), bare.hiddenStates().get(0)))
                    .isGreaterThan(1e-3);
        }
    }
}
