package io.github.peft4j.transformers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.store.SaveCheckpointOptions;
import io.github.peft4j.task.Folders;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A merged model is written as a checkpoint that gives the same answers. */
class MergedCheckpointTest {

    private static final SaveCheckpointOptions EXACT =
            SaveCheckpointOptions.builder().optDtype(DataType.FLOAT32).build();

    @TempDir private Path out;

    @Test
    void hasTheLogitsThatPythonReadsFromIt() throws IOException {
        Path directory = Golden.path("models/llama-causal");
        try (TransformerModel base =
                        Transformers.load(directory, AutoClass.CAUSAL_LM, LoadOptions.DEFAULT);
                PeftModel model =
                        PeftModels.fromPretrained(base, Golden.path("adapters/lora-causal-llama"));
                MergedModel merged = model.mergeAndUnload()) {
            merged.savePretrained(out);
        }
        try (TransformerModel again =
                        Transformers.load(out, AutoClass.CAUSAL_LM, LoadOptions.DEFAULT);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            float[] logits = logits(again, manager, 5, 7, 9, 11);
            double[] python = {0.387536, -1.470077, 3.399722, 0.999983, 0.603338, -0.313583};
            for (int i = 0; i < python.length; i++) {
                assertThat((double) logits[logits.length - python.length + i])
                        .isCloseTo(python[i], Offset.offset(2e-5));
            }
        }
        assertThat(out.resolve("tokenizer.json")).exists();
        assertThat(out.resolve("generation_config.json")).exists();
        assertThat(PretrainedConfig.read(out).strings("architectures"))
                .containsExactly("LlamaForCausalLM");
    }

    @ParameterizedTest
    @CsvSource({
        "bart-qa, QUESTION_ANSWERING, all-linear",
        "bart-seq2seq, SEQ_2_SEQ_LM, all-linear",
        "bart-seq2seq, SEQ_2_SEQ_LM, lm_head",
        "bart-seqcls, SEQUENCE_CLASSIFICATION, all-linear",
        "bert-base, MODEL, all-linear",
        "bert-mlm-legacy, MASKED_LM, decoder",
        "bert-seqcls, SEQUENCE_CLASSIFICATION, all-linear",
        "bert-seqcls, QUESTION_ANSWERING, all-linear",
        "bert-seqcls-bf16, SEQUENCE_CLASSIFICATION, all-linear",
        "bert-seqcls-regression, SEQUENCE_CLASSIFICATION, all-linear",
        "bert-seqcls-v4, SEQUENCE_CLASSIFICATION, all-linear",
        "deberta-v2-tokcls, TOKEN_CLASSIFICATION, all-linear",
        "flan-t5-seq2seq-v4, SEQ_2_SEQ_LM, lm_head",
        "gemma2-causal, CAUSAL_LM, all-linear",
        "gpt2-causal, CAUSAL_LM, all-linear",
        "gpt2-causal, CAUSAL_LM, lm_head",
        "gpt2-causal-fp16, CAUSAL_LM, lm_head",
        "gptneox-causal, CAUSAL_LM, lm_head",
        "llama-seqcls, SEQUENCE_CLASSIFICATION, all-linear",
        "mpnet-sentence, MODEL, all-linear",
        "opt-causal, CAUSAL_LM, lm_head",
        "phi3-causal, CAUSAL_LM, all-linear",
        "qwen2-causal, CAUSAL_LM, lm_head",
        "qwen3-causal, CAUSAL_LM, all-linear",
        "roberta-mlm, MASKED_LM, decoder",
        "t5-seq2seq, SEQUENCE_CLASSIFICATION, all-linear",
        "t5-encoder, TEXT_ENCODING, all-linear",
        "t5-seq2seq, SEQ_2_SEQ_LM, all-linear",
        "t5-seq2seq, SEQ_2_SEQ_LM, 'lm_head,shared'"
    })
    void answersTheSameWhenItIsLoadedAgain(String name, AutoClass head, String targets)
            throws IOException {
        try (TransformerModel base = load(name, head);
                PeftModel model = adapted(base, targets);
                MergedModel merged = model.mergeAndUnload();
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            merged.savePretrained(out, EXACT);
            try (TransformerModel again = Transformers.load(out, head, LoadOptions.DEFAULT)) {
                NDArray ours = merged.toList(merged.forward(call(merged, manager))).get(0);
                NDArray theirs = again.toList(again.forward(call(again, manager))).get(0);
                NDArray bare = base.toList(base.forward(call(base, manager))).get(0);

                assertThat(theirs.toFloatArray()).isEqualTo(ours.toFloatArray());
                assertThat(bare.toFloatArray()).isNotEqualTo(ours.toFloatArray());
            }
        }
    }

    @Test
    void keepsTheTypesOfTheBaseUnlessToldOtherwise() throws IOException {
        save("gpt2-causal-fp16", "all-linear", SaveCheckpointOptions.DEFAULT);
        assertThat(types()).containsOnly(Dtype.F16);

        save("gpt2-causal-fp16", "all-linear", EXACT);
        assertThat(types()).containsOnly(Dtype.F32);
        assertThat(PretrainedConfig.read(out).string("dtype")).hasValue("float32");
        assertThat(PretrainedConfig.read(out).has("torch_dtype")).isFalse();
    }

    @Test
    void writesTiedWeightsOnceAndOthersApart() throws IOException {
        save("gpt2-causal", "c_attn", EXACT);
        assertThat(names()).doesNotContain("lm_head.weight");

        save("gpt2-causal", "lm_head", EXACT);
        assertThat(names()).contains("lm_head.weight", "transformer.wte.weight");
        assertThat(PretrainedConfig.read(out).flag("tie_word_embeddings", true)).isFalse();
    }

    @Test
    void splitsLargeCheckpointsAndLeavesNoOldShards() throws IOException {
        save("gpt2-causal", "c_attn", sharded(20_000));
        assertThat(out.resolve("model.safetensors.index.json")).exists();
        assertThat(out.resolve("model.safetensors")).doesNotExist();
        int tensors = names().size();

        save("gpt2-causal", "c_attn", EXACT);
        try (var files = Files.newDirectoryStream(out, "model*")) {
            assertThat(files).containsExactly(out.resolve("model.safetensors"));
        }
        assertThat(names()).hasSize(tensors);
    }

    @Test
    void namesTheLabelsInBothDirections() throws IOException {
        Path directory = Golden.path("models/bert-base");
        LoadOptions labels = LoadOptions.builder().optLabels("no", "yes", "perhaps").build();
        try (TransformerModel base =
                        Transformers.load(directory, AutoClass.SEQUENCE_CLASSIFICATION, labels);
                PeftModel model = adapted(base, "query");
                MergedModel merged = model.mergeAndUnload()) {
            merged.savePretrained(out);
        }
        Map<String, ?> config = PretrainedConfig.read(out).toMap();

        assertThat(config.get("id2label")).isEqualTo(Map.of("0", "no", "1", "yes", "2", "perhaps"));
        assertThat(config.get("label2id")).isEqualTo(Map.of("no", 0L, "yes", 1L, "perhaps", 2L));
    }

    @Test
    void knowsItsLabelsAndWhetherTheHeadIsRandom() throws IOException {
        LoadOptions labels = LoadOptions.builder().optLabels("no", "yes").build();
        try (TransformerModel base =
                        Transformers.load(
                                Golden.path("models/bert-base"),
                                AutoClass.SEQUENCE_CLASSIFICATION,
                                labels);
                PeftModel bare = adapted(base, "query");
                MergedModel random = bare.mergeAndUnload();
                PeftModel trained =
                        PeftModels.getPeftModel(
                                base,
                                LoraConfig.builder()
                                        .optTargetModules("query")
                                        .optModulesToSave("classifier")
                                        .build());
                MergedModel withHead = trained.mergeAndUnload()) {
            assertThat(random.labels()).containsExactly("no", "yes");
            assertThat(random.freshParameters())
                    .containsOnlyKeys("classifier.weight", "classifier.bias");
            assertThat(withHead.freshParameters()).isEmpty();
        }
    }

    @Test
    void warnsOfARandomHead() throws IOException {
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        LoadOptions labels = LoadOptions.builder().optLabels("no", "yes").build();
        try (TransformerModel base =
                        Transformers.load(
                                Golden.path("models/bert-base"),
                                AutoClass.SEQUENCE_CLASSIFICATION,
                                labels);
                PeftModel model = adapted(base, "query");
                MergedModel merged = model.mergeAndUnload()) {
            System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
            merged.savePretrained(out);
        } finally {
            System.setErr(before);
        }

        assertThat(logged.toString(StandardCharsets.UTF_8))
                .contains("[classifier.weight, classifier.bias] are neither in")
                .contains("random numbers");
    }

    @Test
    void leavesNoFilesOfAnOlderCheckpointAndAllOfOthers() throws IOException {
        save("llama-causal", "q_proj", EXACT);
        assertThat(out.resolve("generation_config.json")).exists();
        Files.writeString(out.resolve("chat_template.jinja"), "old");
        Files.writeString(out.resolve("README.md"), "mine");
        Files.createDirectory(out.resolve("onnx"));
        Files.writeString(out.resolve("model-mine.safetensors"), "mine");

        save("gpt2-causal-fp16", "c_attn", EXACT);

        try (var files = Files.list(out)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "config.json",
                            "model.safetensors",
                            "README.md",
                            "onnx",
                            "model-mine.safetensors");
        }
    }

    @Test
    void refusesTheFolderOfAnAdapter() throws IOException {
        try (TransformerModel base = load("gpt2-causal", AutoClass.CAUSAL_LM);
                PeftModel model = adapted(base, "c_attn");
                MergedModel merged = model.mergeAndUnload()) {
            model.savePretrained(out);

            assertThatThrownBy(() -> merged.savePretrained(out))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("holds an adapter")
                    .hasMessageContaining("Choose another directory");
            assertThat(out.resolve("config.json")).doesNotExist();
        }
    }

    @Test
    void namesTheKeyOfALabelThatIsNoNumber() throws IOException {
        Path directory = Files.createDirectory(out.resolve("base"));
        Folders.copy(Golden.path("models/bert-base"), directory);
        Path config = directory.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replaceFirst("\\{", "{\"id2label\": {\"no\": \"0\", \"yes\": \"1\"},"));

        try (TransformerModel base =
                        Transformers.load(directory, AutoClass.MODEL, LoadOptions.DEFAULT);
                PeftModel model = adapted(base, "query");
                MergedModel merged = model.mergeAndUnload()) {
            assertThatThrownBy(() -> merged.savePretrained(out.resolve("merged")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("config.json of " + directory + " has the key 'no'")
                    .hasMessageContaining("must be the numbers of the labels");
        }
        assertThatThrownBy(
                        () ->
                                Transformers.load(
                                        directory,
                                        AutoClass.SEQUENCE_CLASSIFICATION,
                                        LoadOptions.DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(config + " has the key 'no'");
    }

    @Test
    void takesAnotherTokenizer() throws IOException {
        Path tokenizer = Golden.path("models/llama-causal");
        save(
                "gpt2-causal",
                "c_attn",
                SaveCheckpointOptions.builder().optTokenizer(tokenizer).build());

        assertThat(out.resolve("tokenizer.json"))
                .hasSameBinaryContentAs(tokenizer.resolve("tokenizer.json"));
    }

    @Test
    void refusesTheDirectoryOfItsBase() {
        Path directory = Golden.path("models/gpt2-causal");
        try (TransformerModel base = load("gpt2-causal", AutoClass.CAUSAL_LM);
                PeftModel model = adapted(base, "c_attn");
                MergedModel merged = model.mergeAndUnload()) {
            assertThatThrownBy(() -> merged.savePretrained(directory))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is the directory of the base")
                    .hasMessageContaining("Choose another directory");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void refusesNumbersThatHalfPrecisionCannotHold() throws IOException {
        SaveCheckpointOptions half =
                SaveCheckpointOptions.builder().optDtype(DataType.FLOAT16).build();
        try (TransformerModel base = load("gpt2-causal", AutoClass.CAUSAL_LM);
                PeftModel model = adapted(base, "c_attn");
                MergedModel merged = model.mergeAndUnload()) {
            base.parameters().get("transformer.ln_f.bias").getArray().addi(70_000);

            assertThatThrownBy(() -> merged.savePretrained(out, half))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("transformer.ln_f.bias reaches 7")
                    .hasMessageContaining("Save as BFLOAT16 or FLOAT32");
        }
        assertThat(out).isEmptyDirectory();
    }

    private static SaveCheckpointOptions sharded(long bytes) {
        return SaveCheckpointOptions.builder().optMaxShardBytes(bytes).build();
    }

    private void save(String name, String targets, SaveCheckpointOptions options)
            throws IOException {
        try (TransformerModel base = load(name, AutoClass.CAUSAL_LM);
                PeftModel model = adapted(base, targets);
                MergedModel merged = model.mergeAndUnload()) {
            merged.savePretrained(out, options);
        }
    }

    private List<String> names() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(out)) {
            return List.copyOf(checkpoint.names());
        }
    }

    private List<Dtype> types() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(out)) {
            return checkpoint.names().stream().map(checkpoint::dtype).toList();
        }
    }

    private static TransformerModel load(String name, AutoClass head) throws IOException {
        return Transformers.load(Golden.path("models/" + name), head, LoadOptions.DEFAULT);
    }

    private static PeftModel adapted(TransformerModel base, String targets) {
        return PeftModels.getPeftModel(
                base,
                LoraConfig.builder()
                        .optR(2)
                        .optInitLoraWeights(false)
                        .optTargetModules(targets.split(","))
                        .build());
    }

    private static ModelInput call(BaseModel model, NDManager manager) {
        long end = "t5".equals(model.info().modelType()) ? 1 : 2;
        ModelInput input =
                ModelInput.of(
                        Map.of(
                                ModelInput.INPUT_IDS,
                                manager.create(new long[][] {{5, 7, 9, 11, 13, end}}),
                                ModelInput.ATTENTION_MASK,
                                manager.create(new long[][] {{1, 1, 1, 1, 1, 1}})));
        return model.info().className().endsWith("ConditionalGeneration")
                ? input.with("decoder_input_ids", manager.create(new long[][] {{2, 5, 7}}))
                : input;
    }

    private static float[] logits(TransformerModel model, NDManager manager, long... ids) {
        ModelOutput output =
                model.forward(
                        ModelInput.of(
                                Map.of(ModelInput.INPUT_IDS, manager.create(new long[][] {ids}))));
        return model.toList(output).get(0).toFloatArray();
    }
}
