package io.github.peft4j.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.report.AdapterPlan;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanCommandTest {

    private static final Path MODEL = Golden.path("models/bert-seqcls");

    @TempDir private Path folder;

    @Test
    void showsWhatPythonMade() throws Exception {
        Path json = folder.resolve("plan.json");

        CommandRun run =
                CommandRun.of(
                        "plan",
                        "--model",
                        MODEL,
                        "--config",
                        Golden.path("adapters/lora-seqcls-bert/adapter_config.json"),
                        "--json",
                        json);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("trainable params: 1,123 || all params: 25,222") // of case.json
                .contains("2 x bert.encoder.layer.*.attention.self.query (linear): 256 parameters")
                .contains("1 x classifier (module copy): 99 parameters");
        JsonObject plan = CommandRun.json(json);
        assertThat(plan.get("tensors").getAsInt()).isEqualTo(10);
        assertThat(plan.get("bytes").getAsLong())
                .isEqualTo(
                        Files.size(
                                Golden.path(
                                        "adapters/lora-seqcls-bert/adapter_model.safetensors")));
    }

    @ParameterizedTest
    @CsvSource({
        "LORA, bert-seqcls",
        "IA3, bert-seqcls",
        "LOHA, bert-seqcls",
        "OFT, bert-seqcls",
        "VERA, bert-seqcls",
        "VBLORA, bert-seqcls",
        "LN_TUNING, llama-seqcls",
        "LORA, llama-seqcls",
        "PREFIX_TUNING, llama-seqcls"
    })
    void agreesWithTheAdapterThatIsMade(String method, String model) throws Exception {
        String more =
                switch (method) {
                    case "PREFIX_TUNING" -> ", \"num_virtual_tokens\": 3";
                    case "OFT" -> ", \"oft_block_size\": 4";
                    case "VBLORA" -> ", \"vector_length\": 4, \"num_vectors\": 8, \"topk\": 2";
                    default -> "";
                };
        PeftConfig config =
                PeftConfig.fromJson(
                        "{\"peft_type\": \"%s\", \"task_type\": \"SEQ_CLS\"%s}"
                                .formatted(method, more));
        try (TransformerModel base =
                Transformers.load(
                        Golden.path("models/" + model), config.taskType().orElseThrow())) {
            AdapterPlan plan = PeftModels.plan(base, config);
            try (PeftModel made = PeftModels.getPeftModel(base, config)) {
                assertThat(plan.parameters()).isEqualTo(made.status().parameters());
                made.savePretrained(folder);
            }
            assertThat(plan.bytes())
                    .isEqualTo(Files.size(folder.resolve("adapter_model.safetensors")));
        }
    }

    @Test
    void namesWhatNearlyMatches() throws Exception {
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(
                config, "{\"peft_type\": \"LORA\", \"target_modules\": [\"query\", \"valeu\"]}");

        CommandRun run =
                CommandRun.of("plan", "--model", MODEL, "--config", config, "--task", "SEQ_CLS");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("target \"valeu\" selects nothing; did you mean value")
                .contains("2 x bert.encoder.layer.*.attention.self.query (linear)");
        Files.writeString(config, "{\"peft_type\": \"LORA\", \"target_modules\": [\"valeu\"]}");
        CommandRun none =
                CommandRun.of("plan", "--model", MODEL, "--config", config, "--task", "SEQ_CLS");
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("Did you mean \"value\"?");
    }

    @Test
    void refusesBrokenConfigsAndMissingFiles() throws Exception {
        Path config = folder.resolve("c.json");
        Path missing = folder.resolve("missing");
        assertThat(CommandRun.of("plan", "--model", MODEL, "--config", missing).err())
                .contains("There is no file '" + missing + "'");
        Files.writeString(config, "{\"peft_type\": ");
        CommandRun run = CommandRun.of("plan", "--model", MODEL, "--config", config);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("peft: ");
        assertThat(CommandRun.of("plan", "--model", MODEL).exitCode()).isEqualTo(2);
    }

    @Test
    void plansATrainingOnRandomTokensAndComparesIt() throws Exception {
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(config, "{\"peft_type\": \"LORA\", \"task_type\": \"SEQ_CLS\"}");
        Path arguments = folder.resolve("arguments.json");
        Files.writeString(arguments, "{\"gradient_accumulation_steps\": 2, \"max_steps\": 9}");
        Path json = folder.resolve("plan.json");

        CommandRun run =
                CommandRun.of(
                        "plan",
                        "--model",
                        MODEL,
                        "--config",
                        config,
                        "--max-length",
                        "12",
                        "--batch-size",
                        "4",
                        "--arguments",
                        arguments,
                        "--train",
                        "2",
                        "--json",
                        json);

        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("training on rows of 12 random tokens, as no --data was given")
                .contains("largest batch: 4 rows, the longest of 12 tokens, 48 tokens in all")
                .containsPattern("time of a step +[0-9.]+ s +[0-9.]+ s +[+-]")
                .containsPattern("\nsteps +2\n");
        JsonObject both = CommandRun.json(json);
        JsonObject training = both.getAsJsonObject("training");
        assertThat(training.get("steps").getAsLong()).isEqualTo(2);
        assertThat(training.getAsJsonObject("plan").get("trainable").getAsLong())
                .isEqualTo(
                        both.getAsJsonObject("adapter")
                                .getAsJsonObject("parameters")
                                .get("trainable")
                                .getAsLong());
    }

    @ParameterizedTest
    @CsvSource({
        "SEQ_CLS, bert-seqcls",
        "TOKEN_CLS, bert-seqcls",
        "QUESTION_ANS, bert-seqcls",
        "CAUSAL_LM, llama-seqcls"
    })
    void plansATrainingOfEachTask(String task, String model) throws Exception {
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(
                config, "{\"peft_type\": \"LORA\", \"task_type\": \"%s\"}".formatted(task));

        CommandRun run =
                CommandRun.of(
                        "plan",
                        "--model",
                        Golden.path("models/" + model),
                        "--config",
                        config,
                        "--max-length",
                        "5");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("largest batch: 8 rows, the longest of 5 tokens");
    }

    @Test
    void plansATrainingOnTexts() throws Exception {
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(config, "{\"peft_type\": \"LORA\", \"task_type\": \"SEQ_CLS\"}");
        Path texts = folder.resolve("texts.txt");
        Files.writeString(texts, "one\n\n" + "two ".repeat(30) + "\n");
        Object[] command = {
            "plan",
            "--model",
            Golden.path("models/bert-base"),
            "--config",
            config,
            "--labels",
            "a,b",
            "--max-length",
            "9",
            "--data",
            texts
        };

        assertThat(CommandRun.of(command).out())
                .contains("batches an epoch: 1")
                .contains("largest batch: 2 rows, the longest of 9 tokens");
        Files.writeString(texts, " \n");
        CommandRun none = CommandRun.of(command);
        assertThat(none.exitCode()).isEqualTo(1);
        assertThat(none.err()).contains("Give a file with one text a line");
    }

    @Test
    void refusesATrainingWithoutExamplesOrTask() throws Exception {
        Path config = folder.resolve("adapter_config.json");
        Files.writeString(config, "{\"peft_type\": \"LORA\", \"target_modules\": [\"query\"]}");

        CommandRun vain =
                CommandRun.of("plan", "--model", MODEL, "--config", config, "--train", "2");
        assertThat(vain.exitCode()).isEqualTo(2);
        assertThat(vain.err()).contains("Give --data FILE or --max-length N");
        CommandRun zero =
                CommandRun.of("plan", "--model", MODEL, "--config", config, "--max-length", "0");
        assertThat(zero.err()).contains("--max-length is 0, must be 1 or more.");
        CommandRun task =
                CommandRun.of("plan", "--model", MODEL, "--config", config, "--max-length", "4");
        assertThat(task.exitCode()).isEqualTo(1);
        assertThat(task.err()).contains("Add --task.");
    }
}
