package io.github.peft4j.transformers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.folder.AdapterBase;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.trainabletokens.TrainableTokensConfig;
import java.io.IOException;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that bring the rows of new tokens for a table which stays the base's. */
class BroughtTokensTest {

    private static final Path ADAPTED = Folders.resource("reports/adapter-table-llama-adapted");
    private static final Path LLAMA = Golden.path("models/llama-causal");

    @TempDir private Path folder;

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private static TransformerModel base(Path checkpoint, int tokens) throws IOException {
        LoadOptions more = LoadOptions.builder().optVocabSize(tokens).build();
        return Transformers.load(checkpoint, TaskType.CAUSAL_LM, more);
    }

    private float[] logits(PeftModel model, int tokens) {
        NDArray ids = manager.create(new long[][] {{5, 7, tokens - 3, tokens - 1}});
        NDArray logits = model.forward(ModelInput.of(ids, ids.onesLike())).logits();
        return logits.get(0).get("-1:").squeeze(0).toFloatArray();
    }

    /** The numbers are those of PEFT on a base after resize_token_embeddings. */
    @ParameterizedTest
    @CsvSource({
        "llama-adapted, llama-causal, 356, 0.831955, -2.904245, -0.827402, -3.994532",
        "llama-plain, llama-causal, 356, -1.668676, -1.098507, -0.028727, -0.028863",
        "qwen3-tied, qwen3-causal, 330, 3.304484, -1.756565, -0.166054, -0.166142",
        "gpt2-tied, gpt2-causal, 324, -0.954136, -1.51894, 0.181185, 0.181338"
    })
    void fillTheRowsThatTheBaseLacked(
            String adapter,
            String checkpoint,
            int tokens,
            double first,
            double second,
            double lastButOne,
            double last)
            throws IOException {
        Path file = Folders.resource("reports/adapter-table-" + adapter);
        Path directory = Golden.path("models/" + checkpoint);

        try (TransformerModel base = base(directory, tokens);
                PeftModel model = PeftModels.fromPretrained(base, file)) {
            float[] found = logits(model, tokens);
            Offset<Float> close = Offset.offset(2e-5f);
            assertThat(found).hasSize(tokens);
            assertThat(found[0]).isCloseTo((float) first, close);
            assertThat(found[1]).isCloseTo((float) second, close);
            assertThat(found[tokens - 2]).isCloseTo((float) lastButOne, close);
            assertThat(found[tokens - 1]).isCloseTo((float) last, close);
            assertThat(model.loadReport(PeftModel.DEFAULT_ADAPTER).unexpectedKeys()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"llama-adapted, llama-causal, 356", "gpt2-tied, gpt2-causal, 324"})
    void sayHowManyTokensTheFolderNeeds(String adapter, String checkpoint, int tokens)
            throws IOException {
        Path file = Folders.resource("reports/adapter-table-" + adapter);
        Path directory = Golden.path("models/" + checkpoint);

        try (TransformerModel base =
                        AdapterBase.of(file)
                                .load(directory, TaskType.CAUSAL_LM, LoadOptions.DEFAULT);
                PeftModel model = PeftModels.fromPretrained(base, file)) {
            assertThat(logits(model, tokens)).hasSize(tokens);
        }
        try (TransformerModel base = Transformers.load(directory, TaskType.CAUSAL_LM)) {
            assertThatThrownBy(() -> PeftModels.fromPretrained(base, file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("a base of %d tokens, this one has", tokens)
                    .hasMessageContaining("optVocabSize(%d)", tokens);
        }
    }

    @Test
    void doNotReplaceTheRowsOfAnotherAdapter() throws IOException {
        Path plain = Folders.resource("reports/adapter-table-llama-plain");

        try (TransformerModel base = base(LLAMA, 356);
                PeftModel model = PeftModels.fromPretrained(base, ADAPTED)) {
            float[] before = logits(model, 356);
            model.loadAdapter(ADAPTED, "again");

            assertThatThrownBy(() -> model.loadAdapter(plain, "other"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("brings its own weights")
                    .hasMessageContaining("loaded for it alone");
            assertThat(logits(model, 356)).isEqualTo(before);
        }
    }

    @Test
    void mayNotChangeTheRowsOfTheCheckpoint() throws IOException {
        try (TransformerModel base = base(LLAMA, 356)) {
            base.parameters()
                    .get("model.embed_tokens.weight")
                    .getArray()
                    .set(new NDIndex("0, 0"), 7f);

            assertThatThrownBy(() -> PeftModels.fromPretrained(base, ADAPTED))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Load it on the base it was saved with");
        }
    }

    @Test
    void areInAMergedCheckpoint() throws IOException {
        float[] before;
        try (TransformerModel base = base(LLAMA, 356);
                PeftModel model = PeftModels.fromPretrained(base, ADAPTED);
                MergedModel merged = model.mergeAndUnload()) {
            before = logits(model, 356);
            merged.savePretrained(folder);
        }

        try (TransformerModel again = Transformers.load(folder, TaskType.CAUSAL_LM)) {
            NDArray ids = manager.create(new long[][] {{5, 7, 353, 355}});
            NDArray found = again.forward(ModelInput.of(ids, ids.onesLike())).logits();
            float[] last = found.get(0).get("-1:").squeeze(0).toFloatArray();
            assertThat(last).hasSize(356);
            for (int i = 0; i < last.length; i++) {
                assertThat(last[i]).isCloseTo(before[i], Offset.offset(2e-5f));
            }
        }
    }

    @Test
    void areAskedForByTheirNumberAlone() throws IOException {
        TrainableTokensConfig config =
                TrainableTokensConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optTokenIndices(353)
                        .build();
        try (TransformerModel base = Transformers.load(LLAMA, TaskType.CAUSAL_LM)) {
            assertThatThrownBy(() -> PeftModels.getPeftModel(base, config))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("353")
                    .hasMessageContaining("LoadOptions.optVocabSize");
        }
    }

    @Test
    void areWrittenForAResizedBase() throws IOException {
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.CAUSAL_LM)
                        .optTargetModules("q_proj")
                        .optInitLoraWeights(false) // as if it were trained
                        .build();
        float[] before;
        try (TransformerModel base = base(LLAMA, 356);
                PeftModel model = PeftModels.fromPretrained(base, ADAPTED)) {
            model.addAdapter("new", config);
            model.setAdapter("new");
            before = logits(model, 356);
            model.savePretrained(folder);
        }

        try (AdapterFolder again = AdapterFolder.load(folder.resolve("new"), LLAMA)) {
            assertThat(logits(again.model(), 356)).isEqualTo(before);
        }
    }
}
