package io.github.peft4j.transformers.t5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.nn.Parameter;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.seq2seq.CheckpointCopy;
import io.github.peft4j.transformers.seq2seq.Seq2SeqFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5ModelTest {

    private static final Path SEQ2SEQ = Golden.path("models/t5-seq2seq");

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "t5-seq2seq, SEQ_2_SEQ_LM, forward",
        "t5-seq2seq, SEQ_2_SEQ_LM, embeds",
        "t5-seq2seq, SEQ_2_SEQ_LM, decoder_ids",
        "t5-seq2seq, SEQ_2_SEQ_LM, gradients",
        "flan-t5-seq2seq, SEQ_2_SEQ_LM, forward",
        "flan-t5-seq2seq-v4, SEQ_2_SEQ_LM, forward",
        "t5-encoder, TEXT_ENCODING, forward",
        "t5-encoder, TEXT_ENCODING, plain",
    })
    void computesWhatPythonComputes(String model, AutoClass head, String name) throws IOException {
        Path expected = Golden.path("models/" + model + "/expected/" + name + ".safetensors");
        try (TransformerModel base = Seq2SeqFiles.golden(model, head)) {
            Seq2SeqFiles.check(base, expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mt5-seq2seq, SEQ_2_SEQ_LM, MT5ForConditionalGeneration",
        "t5-seqcls, SEQUENCE_CLASSIFICATION, T5ForSequenceClassification",
        "t5-tokcls, TOKEN_CLASSIFICATION, T5ForTokenClassification",
        "t5-qa, QUESTION_ANSWERING, T5ForQuestionAnswering",
    })
    void computesWhatPythonComputesWithOtherHeads(String model, AutoClass head, String className)
            throws IOException {
        Path own = Seq2SeqFiles.own(model);
        try (TransformerModel base = Seq2SeqFiles.load(own, head)) {
            Seq2SeqFiles.check(base, own.resolve("expected.safetensors"));

            assertThat(base.info().className()).isEqualTo(className);
        }
    }

    @Test
    void hasThePathsOfPythonsModules() throws IOException {
        try (TransformerModel base = Seq2SeqFiles.golden("t5-seq2seq", AutoClass.SEQ_2_SEQ_LM)) {
            assertThat(base.sites().stream().map(site -> site.path()))
                    .startsWith(
                            "shared",
                            "encoder",
                            "encoder.embed_tokens",
                            "encoder.block",
                            "encoder.block.0",
                            "encoder.block.0.layer",
                            "encoder.block.0.layer.0",
                            "encoder.block.0.layer.0.SelfAttention",
                            "encoder.block.0.layer.0.SelfAttention.q",
                            "encoder.block.0.layer.0.SelfAttention.k",
                            "encoder.block.0.layer.0.SelfAttention.v",
                            "encoder.block.0.layer.0.SelfAttention.o",
                            "encoder.block.0.layer.0.SelfAttention.relative_attention_bias",
                            "encoder.block.0.layer.0.layer_norm")
                    .contains("decoder.block.1.layer.2.DenseReluDense.wo")
                    .endsWith("decoder.final_layer_norm", "lm_head")
                    .doesNotContain(
                            "decoder.block.1.layer.0.SelfAttention.relative_attention_bias");
            assertThat(base.info().inputEmbedding()).isEqualTo("shared");
            assertThat(base.info().outputEmbedding()).isEqualTo("lm_head");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "encoder.embed_tokens.weight",
        "decoder.embed_tokens.weight",
        "lm_head.weight",
        "transformer.encoder.embed_tokens.weight"
    })
    void readsTheTableUnderEachNameOfTheTie(String key) throws IOException {
        CheckpointCopy.of(SEQ2SEQ).rename("shared.weight", key).writeTo(folder);

        try (TransformerModel base = Seq2SeqFiles.load(folder, AutoClass.SEQ_2_SEQ_LM)) {
            Seq2SeqFiles.check(base, SEQ2SEQ.resolve("expected/forward.safetensors"));
            assertThat(base.parameters()).doesNotContainKey(key).containsKey("shared.weight");
        }
    }

    @Test
    void keepsTablesApartThatDiffer() throws IOException {
        CheckpointCopy.of(SEQ2SEQ)
                .add("decoder.embed_tokens.weight", "shared.weight", 2)
                .writeTo(folder);

        try (TransformerModel base = Transformers.load(folder, AutoClass.MODEL, options())) {
            Map<String, Parameter> weights = base.parameters();
            Parameter decoder = Tensors.get(weights, "decoder.embed_tokens.weight");
            Parameter shared = Tensors.get(weights, "shared.weight");

            assertThat(decoder.getArray()).isEqualTo(shared.getArray().add(shared.getArray()));
            assertThat(weights).doesNotContainKey("encoder.embed_tokens.weight");
        }
    }

    @Test
    void startsAHeadThatTheFileLacksFresh() throws IOException {
        LoadOptions options = LoadOptions.builder().optLabels("a", "b", "c").build();
        try (TransformerModel base =
                Transformers.load(SEQ2SEQ, AutoClass.SEQUENCE_CLASSIFICATION, options)) {
            assertThat(base.parameters())
                    .containsKeys(
                            "classification_head.dense.weight",
                            "transformer.decoder.block.0.layer.1.EncDecAttention.q.weight");
            assertThat(
                            Tensors.get(base.parameters(), "classification_head.out_proj.weight")
                                    .getShape()
                                    .get(0))
                    .isEqualTo(3);
        }
    }

    @Test
    void namesTensorsThatAreMissing() throws IOException {
        CheckpointCopy.of(SEQ2SEQ)
                .rename("decoder.block.1.layer.0.SelfAttention.q.weight", "other")
                .writeTo(folder);

        assertThatThrownBy(() -> Transformers.load(folder, AutoClass.MODEL, options()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "lacks 1 tensors: decoder.block.1.layer.0.SelfAttention.q.weight");
    }

    @Test
    void refusesBucketsThatDoNotFit() {
        LoadOptions options =
                LoadOptions.builder()
                        .addConfigOverride("relative_attention_max_distance", 2)
                        .build();

        assertThatThrownBy(() -> Transformers.load(SEQ2SEQ, AutoClass.MODEL, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("relative_attention_max_distance 2 do not fit")
                .hasMessageContaining("Correct config.json");
    }

    @Test
    void refusesHeadsThatTransformersDoesNotHave() {
        assertThatThrownBy(() -> Transformers.load(SEQ2SEQ, AutoClass.CAUSAL_LM, options()))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("AutoModelForTextEncoding");
    }

    private static LoadOptions options() {
        return LoadOptions.DEFAULT;
    }
}
