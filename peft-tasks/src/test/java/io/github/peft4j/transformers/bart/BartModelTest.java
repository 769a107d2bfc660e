package io.github.peft4j.transformers.bart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ParameterCount;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.seq2seq.CheckpointCopy;
import io.github.peft4j.transformers.seq2seq.Seq2SeqFiles;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BartModelTest {

    private static final Path SEQ2SEQ = Golden.path("models/bart-seq2seq");

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "bart-seq2seq, SEQ_2_SEQ_LM, forward",
        "bart-seq2seq, SEQ_2_SEQ_LM, embeds",
        "bart-seq2seq, SEQ_2_SEQ_LM, decoder_ids",
        "bart-seqcls, SEQUENCE_CLASSIFICATION, forward",
        "bart-qa, QUESTION_ANSWERING, forward",
    })
    void computesWhatPythonComputes(String model, AutoClass head, String name) throws IOException {
        Path expected = Golden.path("models/" + model + "/expected/" + name + ".safetensors");
        try (TransformerModel base = Seq2SeqFiles.golden(model, head)) {
            Seq2SeqFiles.check(base, expected);
        }
    }

    /** Norms first, one more at the end, scaled embeddings, and a language for a start token. */
    @ParameterizedTest
    @CsvSource({
        "mbart-seq2seq, SEQ_2_SEQ_LM, MBartForConditionalGeneration",
        "mbart-seqcls, SEQUENCE_CLASSIFICATION, MBartForSequenceClassification",
    })
    void computesWhatPythonComputesForMbart(String model, AutoClass head, String className)
            throws IOException {
        Path own = Seq2SeqFiles.own(model);
        try (TransformerModel base = Seq2SeqFiles.load(own, head)) {
            Seq2SeqFiles.check(base, own.resolve("expected.safetensors"));

            assertThat(base.info().className()).isEqualTo(className);
            assertThat(base.info().library()).isEqualTo("transformers.models.mbart.modeling_mbart");
        }
    }

    @Test
    void hasThePathsOfPythonsModules() throws IOException {
        try (TransformerModel base = Seq2SeqFiles.golden("bart-seq2seq", AutoClass.SEQ_2_SEQ_LM)) {
            assertThat(base.sites().stream().map(site -> site.path()))
                    .startsWith(
                            "model",
                            "model.shared",
                            "model.encoder",
                            "model.encoder.embed_tokens",
                            "model.encoder.embed_positions",
                            "model.encoder.layers",
                            "model.encoder.layers.0",
                            "model.encoder.layers.0.self_attn",
                            "model.encoder.layers.0.self_attn.k_proj",
                            "model.encoder.layers.0.self_attn.v_proj",
                            "model.encoder.layers.0.self_attn.q_proj",
                            "model.encoder.layers.0.self_attn.out_proj",
                            "model.encoder.layers.0.self_attn_layer_norm",
                            "model.encoder.layers.0.fc1")
                    .containsSubsequence(
                            "model.decoder.layers.1.self_attn_layer_norm",
                            "model.decoder.layers.1.encoder_attn",
                            "model.decoder.layers.1.encoder_attn_layer_norm",
                            "model.decoder.layers.1.fc1",
                            "model.decoder.layers.1.fc2",
                            "model.decoder.layers.1.final_layer_norm",
                            "model.decoder.layernorm_embedding",
                            "lm_head");
        }
    }

    /** Python's buffers are no parameters. */
    @Test
    void doesNotCountTheBiasOfTheLogits() throws IOException {
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_2_SEQ_LM)
                        .optR(4)
                        .optLoraAlpha(8)
                        .build();
        try (TransformerModel base = Seq2SeqFiles.golden("bart-seq2seq", AutoClass.SEQ_2_SEQ_LM);
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            assertThat(base.parameters()).containsKey("final_logits_bias");
            assertThat(model.trainableParameters()).isEqualTo(new ParameterCount(3072, 56256));

            base.setTrainable(true);

            assertThat(Tensors.get(base.parameters(), "final_logits_bias").requiresGradient())
                    .isFalse();
        }
    }

    @Test
    void needsNoBiasOfTheLogits() throws IOException {
        CheckpointCopy.of(SEQ2SEQ).remove("final_logits_bias").writeTo(folder);

        try (TransformerModel with = Seq2SeqFiles.load(SEQ2SEQ, AutoClass.SEQ_2_SEQ_LM);
                TransformerModel without = Seq2SeqFiles.load(folder, AutoClass.SEQ_2_SEQ_LM);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelInput input = forward(manager);
            NDArray bias = Tensors.get(with.parameters(), "final_logits_bias").getArray();

            Tensors.assertClose(
                    without.forward(input).logits().add(bias),
                    with.forward(input).logits(),
                    Tensors.OUTPUT,
                    "logits");
            assertThat(without.parameters()).doesNotContainKey("final_logits_bias");
        }
    }

    @Test
    void hasThreeLabelsWhereTheFileNamesNone() throws IOException {
        CheckpointCopy.of(Golden.path("models/bart-seqcls")).hide("id2label").writeTo(folder);

        try (TransformerModel base =
                Transformers.load(folder, AutoClass.SEQUENCE_CLASSIFICATION, LoadOptions.DEFAULT)) {
            assertThat(base.labels()).containsExactly("LABEL_0", "LABEL_1", "LABEL_2");
        }
    }

    @Test
    void keepsTheOutputApartWhereTheConfigSaysSo() throws IOException {
        CheckpointCopy.of(SEQ2SEQ)
                .add("lm_head.weight", "model.shared.weight", 3)
                .add("model.encoder.embed_tokens.weight", "model.shared.weight", 1)
                .add("model.decoder.embed_tokens.weight", "model.shared.weight", 1)
                .writeTo(folder);
        LoadOptions untied =
                LoadOptions.builder().addConfigOverride("tie_word_embeddings", false).build();

        try (TransformerModel base = Transformers.load(folder, AutoClass.SEQ_2_SEQ_LM, untied)) {
            assertThat(base.parameters())
                    .containsKeys(
                            "lm_head.weight",
                            "model.shared.weight",
                            "model.encoder.embed_tokens.weight",
                            "model.decoder.embed_tokens.weight");
        }
    }

    @Test
    void refusesTextsLongerThanItsPositions() throws IOException {
        LoadOptions options = LoadOptions.DEFAULT;
        try (TransformerModel base = Transformers.load(SEQ2SEQ, AutoClass.SEQ_2_SEQ_LM, options);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelInput input = forward(manager);
            NDArray ids = manager.create(new long[65], new Shape(1, 65));

            assertThatThrownBy(() -> base.forward(ModelInput.of(Map.of(ModelInput.INPUT_IDS, ids))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Position 64 is out of range: this model has 64");
            assertThat(base.forward(input).get(ModelOutput.LOSS)).isPresent();
        }
    }

    @Test
    void refusesHeadsThatDoNotSplit() {
        LoadOptions options =
                LoadOptions.builder().addConfigOverride("decoder_attention_heads", 5).build();

        assertThatThrownBy(() -> Transformers.load(SEQ2SEQ, AutoClass.MODEL, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("d_model 32")
                .hasMessageContaining("decoder_attention_heads 5");
    }

    private static ModelInput forward(NDManager manager) throws IOException {
        return ModelInput.of(
                Seq2SeqFiles.tensors(
                        manager, SEQ2SEQ.resolve("expected/forward.safetensors"), "in."));
    }
}
