package io.github.peft4j.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.inspect.AdapterInspection;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PassportTest {

    private static final Path BERT = Golden.path("models/bert-seqcls");

    @TempDir private Path adapter;

    private static TransformerModel load(String model, TaskType task, String... labels)
            throws IOException {
        return Transformers.load(
                Golden.path("models/" + model),
                task,
                LoadOptions.builder().optLabels(labels).build());
    }

    private void save(TransformerModel base, TaskType task, SaveAdapterOptions options)
            throws IOException {
        LoraConfig config =
                LoraConfig.builder().optTaskType(task).optR(2).optInitLoraWeights(false).build();
        try (PeftModel model = PeftModels.getPeftModel(base, config)) {
            model.savePretrained(adapter, options);
        }
    }

    private AdapterPassport passport() throws IOException {
        return AdapterPassport.read(adapter).orElseThrow();
    }

    @Test
    void saysWhatTheModelKnows() throws IOException {
        try (TransformerModel base = load("bert-seqcls", TaskType.SEQ_CLS, "bad", "so", "good")) {
            save(base, TaskType.SEQ_CLS, SaveAdapterOptions.DEFAULT);
        }

        AdapterPassport passport = passport();
        assertThat(passport.taskType()).contains(TaskType.SEQ_CLS);
        assertThat(passport.labels()).containsExactly("bad", "so", "good");
        assertThat(passport.baseNameOrPath()).contains(BERT.toString());
        assertThat(passport.baseFingerprint().orElseThrow()).startsWith("sha256:");
        assertThat(passport.adapterFingerprint().orElseThrow()).startsWith("sha256:");
        assertThat(passport.adapterTensors())
                .hasSize(10)
                .containsKey("base_model.model.classifier.weight")
                .allSatisfy((name, print) -> assertThat(print).matches("sha256:[0-9a-f]{64}"));
        assertThat(passport.versions()).containsOnlyKeys("djl", "peft", "peft4j", "pytorch");
        // what was loaded, as in Python, not _name_or_path of config.json
        assertThat(PeftConfig.fromPretrained(adapter).baseModelNameOrPath())
                .contains(BERT.toString());
    }

    @Test
    void takesTheCallersWordAndKeepsItThroughLoading() throws IOException {
        AdapterPassport told =
                AdapterPassport.builder()
                        .optMaxLength(32)
                        .optTraining(ImmutableMap.of("seed", 1), ImmutableMap.of("loss", 0.5))
                        .build();
        try (TransformerModel base = load("bert-seqcls", TaskType.SEQ_CLS)) {
            save(
                    base,
                    TaskType.SEQ_CLS,
                    SaveAdapterOptions.builder()
                            .optPassport(told)
                            .optBaseModelName("org/bert")
                            .build());
            try (PeftModel model = PeftModels.fromPretrained(base, adapter)) {
                assertThat(model.loadReport("default").warnings()).isEmpty();
                model.copyAdapter("default", "twin");
                assertThat(model.passport("twin").maxLength()).hasValue(32);
                model.savePretrained(adapter.resolve("again"));
            }
        }

        assertThat(passport().baseNameOrPath()).contains("org/bert");
        assertThat(PeftConfig.fromPretrained(adapter).baseModelNameOrPath()).contains("org/bert");
        AdapterPassport again = AdapterPassport.read(adapter.resolve("again")).orElseThrow();
        assertThat(again.trainingMetrics()).containsEntry("loss", 0.5);
        assertThat(again.baseNameOrPath()).contains(BERT.toString());
    }

    @Test
    void namesTheTensorsThatAreOthers() throws IOException {
        try (TransformerModel base = load("bert-seqcls", TaskType.SEQ_CLS)) {
            save(base, TaskType.SEQ_CLS, SaveAdapterOptions.DEFAULT);
            Path file = adapter.resolve("adapter_model.safetensors");
            String changed = "base_model.model.classifier.weight";
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 1] ^= 1; // of the last tensor
            Files.write(file, bytes);

            assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("(changed: " + changed + ")");
            assertThat(AdapterInspection.of(adapter).warnings().toString())
                    .contains("(changed: " + changed + ")");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert-seqcls, SEQ_CLS", "bert-tokcls, TOKEN_CLS", "llama-seqcls, SEQ_CLS",
        "bart-seqcls, SEQ_CLS", "roberta-seqcls, SEQ_CLS", "gpt2-tokcls, TOKEN_CLS"
    })
    void refusesAHeadOfOtherLabels(String model, TaskType task) throws IOException {
        int size;
        try (TransformerModel base = load(model, task)) {
            size = base.labels().size();
            save(base, task, SaveAdapterOptions.DEFAULT);
        }
        Path other = withoutHead(model);
        String[] names = {"no", "yes", "x", "y", "z", "u", "v", "w"};
        String[] labels = Arrays.copyOf(names, size + 1);
        try (TransformerModel base =
                Transformers.load(other, task, LoadOptions.builder().optLabels(labels).build())) {
            assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was trained for " + size + " labels [")
                    .hasMessageContaining("; the base was loaded with " + (size + 1) + " [no, yes")
                    .hasMessageContaining("AdapterFolder.load")
                    .hasMessageNotContaining("optIgnoreMismatchedSizes");
            // Python's folders have no passport: the head's tensors say it. PEFT does not save
            // BART's, whose name it does not know.
            if (model.startsWith("bart")) {
                return;
            }
            Files.delete(adapter.resolve(AdapterPassport.FILE_NAME));
            assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was trained for " + size + " labels; the base was")
                    .hasMessageNotContaining("optIgnoreMismatchedSizes");
        }
    }

    /** The layers of a model without its head, so that one of any size starts fresh. */
    private Path withoutHead(String model) throws IOException {
        Path from = Golden.path("models/" + model);
        Path copy = Files.createDirectory(adapter.resolve("base"));
        Files.copy(from.resolve("config.json"), copy.resolve("config.json"));
        try (SafetensorsReader reader = SafetensorsReader.open(from.resolve("model.safetensors"))) {
            ImmutableMap.Builder<String, TensorView> kept = ImmutableMap.builder();
            for (String name : reader.names()) {
                if (!name.matches("(classif|score|classification_head).*")) {
                    kept.put(name, reader.view(name));
                }
            }
            AtomicFiles.write(
                    copy.resolve("model.safetensors"),
                    SafetensorsWriter.content(kept.buildOrThrow(), ImmutableMap.of()));
        }
        return copy;
    }

    @Test
    void refusesLabelsInAnotherOrderAndWarnsOfNamelessOnes() throws IOException {
        try (TransformerModel base = load("bert-seqcls", TaskType.SEQ_CLS, "bad", "so", "good")) {
            save(base, TaskType.SEQ_CLS, SaveAdapterOptions.DEFAULT);
        }
        try (TransformerModel base = load("bert-seqcls", TaskType.SEQ_CLS, "good", "so", "bad")) {
            assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                    .hasMessageContaining(
                            "was trained for 3 labels [bad, so, good]; the base was loaded with 3"
                                    + " [good, so, bad].");
        }
        try (TransformerModel base =
                        load("bert-seqcls", TaskType.SEQ_CLS, "LABEL_0", "LABEL_1", "LABEL_2");
                PeftModel model = PeftModels.fromPretrained(base, adapter)) {
            assertThat(model.loadReport("default").warnings())
                    .singleElement()
                    .asString()
                    .contains("labels [bad, so, good]; the base has no names for them");
        }
    }

    @Test
    void seesChangedTensors() throws IOException {
        try (TransformerModel base = load("bert-seqcls", TaskType.SEQ_CLS);
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            save(base, TaskType.SEQ_CLS, SaveAdapterOptions.DEFAULT);
            Path file = adapter.resolve("adapter_model.safetensors");
            ImmutableMap.Builder<String, NDArray> changed = ImmutableMap.builder();
            try (SafetensorsReader reader = SafetensorsReader.openUnmapped(file)) {
                for (String name : reader.names()) {
                    changed.put(name, reader.load(scope, name).add(0.125f));
                }
            }
            AtomicFiles.write(
                    file,
                    SafetensorsWriter.content(
                            TensorView.of(changed.buildOrThrow()), ImmutableMap.of()));
            assertThatThrownBy(() -> PeftModels.fromPretrained(base, adapter))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("adapter_model.safetensors in " + adapter)
                    .hasMessageContaining("delete adapter_passport.json");
            Files.delete(adapter.resolve(AdapterPassport.FILE_NAME));
            PeftModels.fromPretrained(base, adapter).close();
        }
    }

    @Test
    void warnsOfAnotherBase() throws IOException {
        try (TransformerModel base = load("bert-seqcls", TaskType.SEQ_CLS)) {
            save(base, TaskType.SEQ_CLS, SaveAdapterOptions.DEFAULT);
        }
        Path other = withoutHead("bert-seqcls");
        try (TransformerModel base = Transformers.load(other, TaskType.SEQ_CLS);
                PeftModel model = PeftModels.fromPretrained(base, adapter)) {
            assertThat(model.loadReport("default").warnings())
                    .singleElement()
                    .asString()
                    .contains("trained on " + BERT + ", the base is " + other);
        }
    }
}
