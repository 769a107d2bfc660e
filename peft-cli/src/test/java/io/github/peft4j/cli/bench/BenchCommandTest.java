package io.github.peft4j.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {

    private static final String WORKLOADS =
            """
            {"defaults": {"kind": "predict", "mode": "active", "dtype": "float32",
                          "steps": 4, "warmup": 1, "quick_steps": 2, "config_overrides": {}},
             "workloads": [{"name": "tiny", "model": "bert-seqcls", "adapter": "lora",
                            "batches": "two"},
                           {"name": "write", "kind": "generate", "model": "llama-causal",
                            "adapter": "lora-causal-llama", "batches": "prompts",
                            "new_tokens": 5},
                           {"name": "write-merged", "kind": "generate", "mode": "merged",
                            "model": "llama-causal", "adapter": "lora-causal-llama",
                            "batches": "prompts", "new_tokens": 5},
                           {"name": "write-prefix", "kind": "generate",
                            "model": "llama-causal", "adapter": "lora-causal-llama",
                            "batches": "prompts", "new_tokens": 5},
                           {"name": "rounded", "kind": "generate", "model": "llama-causal",
                            "weights": "bf16"},
                           {"name": "learned", "kind": "train", "model": "llama-causal",
                            "weights": "bf16"}]}
            """;

    @TempDir private Path folder;

    @Test
    void writesTheMeasurements() throws Exception {
        makeWorkload();
        Path json = folder.resolve("out.json");
        Engine.getEngine("PyTorch");
        int threads = JniUtils.getNumThreads();
        try {
            CommandRun run =
                    CommandRun.of(
                            "bench",
                            "--workload",
                            "tiny",
                            "--models",
                            folder,
                            "--out",
                            json,
                            "--quick",
                            "--threads",
                            1);

            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
        } finally {
            JniUtils.setNumThreads(threads);
        }
        JsonObject measured = CommandRun.json(json);
        assertThat(measured.get("workload").getAsString()).isEqualTo("tiny");
        assertThat(measured.get("threads").getAsInt()).isEqualTo(1);
        assertThat(measured.get("steps").getAsInt()).isEqualTo(2);
        assertThat(measured.getAsJsonArray("outputs")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "write-merged", "write-fp16", "write-prefix"})
    void generatesAsManyTokensAsAWorkloadSays(String name) throws Exception {
        makePrompts();
        Path json = folder.resolve("out.json");

        CommandRun run =
                CommandRun.of("bench", "--workload", name, "--models", folder, "--out", json);

        assertThat(run.err()).isEmpty();
        JsonObject measured = CommandRun.json(json);
        assertThat(measured.get("workload").getAsString()).isEqualTo(name);
        assertThat(measured.get("precision").getAsString())
                .isEqualTo(name.equals("write-fp16") ? "fp16-packed" : "float32");
        assertThat(measured.has("prefix_cache_tokens")).isEqualTo(name.equals("write-prefix"));
        assertThat(measured.getAsJsonArray("generated"))
                .hasSize(4)
                .allSatisfy(ids -> assertThat(ids.getAsJsonArray()).hasSize(10));
        double seconds = 0;
        for (int step = 1; step < 4; step++) { // behind the warm-up
            seconds += measured.getAsJsonArray("step_seconds_all").get(step).getAsDouble();
        }
        assertThat(measured.get("tokens_per_second").getAsDouble() * seconds)
                .isCloseTo(30, Offset.offset(1e-6));
    }

    @Test
    void packsABaseInBfloat16ToGenerateAndNotToTrain() throws Exception {
        makeWorkload();
        Workload rounded = Workload.find(folder, "rounded");
        assertThat(rounded.model()).isEqualTo(folder.resolve("models/llama-causal-bf16"));
        assertThat(rounded.precision()).isEqualTo(Precision.FP16_PACKED);
        Workload learned = Workload.find(folder, "learned");
        assertThat(learned.model()).isEqualTo(folder.resolve("models/llama-causal-bf16"));
        assertThat(learned.precision()).isEqualTo(Precision.FLOAT32);
    }

    @Test
    void namesTheFileOfWorkloadsThatIsNone() throws Exception {
        Path file = folder.resolve("workloads.json");
        for (String bad : new String[] {"[]", "{}", "{\"workloads\": 3}", "nothing", ""}) {
            Files.writeString(file, bad);
            assertThatThrownBy(() -> Workload.find(folder, "tiny"))
                    .as(bad)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file + " is no list of workloads");
        }
        Files.writeString(
                file,
                "{\"workloads\": [{\"name\": \"tiny\", \"steps\": []}]," + " \"defaults\": {}}");
        Workload workload = Workload.find(folder, "tiny");
        assertThatThrownBy(() -> workload.number("steps"))
                .hasMessageContaining(file.toString())
                .hasMessageContaining("has steps = [], which must be a number");
        assertThatThrownBy(() -> workload.number("rate"))
                .hasMessageContaining("has rate = null, which must be a number");
    }

    @Test
    void namesTheWorkloadsThatThereAre() throws Exception {
        makeWorkload();
        Path json = folder.resolve("out.json");

        CommandRun run =
                CommandRun.of("bench", "--workload", "huge", "--models", folder, "--out", json);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("There is no workload 'huge'. Workloads: tiny write");
        assertThat(json).doesNotExist();
    }

    @Test
    void refusesATargetThatCannotBeWrittenAndANegativeNumberOfThreads() {
        CommandRun lost =
                CommandRun.of("bench", "--workload", "tiny", "--models", folder, "--out", folder);
        assertThat(lost.exitCode()).isEqualTo(1);
        assertThat(lost.err()).contains("Cannot write '" + folder + "': it is a folder.");

        CommandRun threads =
                CommandRun.of(
                        "bench",
                        "--workload",
                        "tiny",
                        "--models",
                        folder,
                        "--out",
                        folder.resolve("a"),
                        "--threads",
                        -1);
        assertThat(threads.exitCode()).isEqualTo(2);
        assertThat(threads.err()).contains("--threads is -1, must be 0 or more.");
    }

    private void makePrompts() throws IOException {
        Files.writeString(folder.resolve("workloads.json"), WORKLOADS);
        for (String part : new String[] {"models/llama-causal", "adapters/lora-causal-llama"}) {
            Path target = Files.createDirectories(folder.resolve(part));
            try (Stream<Path> files = Files.list(Golden.path(part))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.copy(file, target.resolve(String.valueOf(file.getFileName())));
                }
            }
        }
        Files.createDirectory(folder.resolve("batches"));
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Shape shape = new Shape(2, 3);
            SafetensorsWriter.writeArrays(
                    folder.resolve("batches/prompts.safetensors"),
                    Map.of(
                            "input_ids.0",
                            manager.create(new long[] {20, 90, 30, 0, 0, 7}, shape),
                            "attention_mask.0",
                            manager.create(new long[] {1, 1, 1, 0, 0, 1}, shape)),
                    Map.of());
        }
    }

    private void makeWorkload() throws IOException {
        Files.writeString(folder.resolve("workloads.json"), WORKLOADS);
        Path model = Files.createDirectories(folder.resolve("models/bert-seqcls"));
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(Golden.path("models/bert-seqcls/" + file), model.resolve(file));
        }
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optInitLoraWeights(false) // as if it were trained
                        .build();
        try (TransformerModel base = Transformers.load(model, TaskType.SEQ_CLS);
                PeftModel peft = PeftModels.getPeftModel(base, config)) {
            peft.savePretrained(folder.resolve("adapters/lora"));
        }
        Files.createDirectory(folder.resolve("batches"));
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> batches = new TreeMap<>();
            for (int i = 0; i < 2; i++) {
                batches.put(
                        "input_ids." + i, manager.create(new long[] {2, 90, 3}, new Shape(1, 3)));
                batches.put(
                        "attention_mask." + i,
                        manager.create(new long[] {1, 1, 1}, new Shape(1, 3)));
            }
            SafetensorsWriter.writeArrays(
                    folder.resolve("batches/two.safetensors"), batches, Map.of());
        }
    }
}
