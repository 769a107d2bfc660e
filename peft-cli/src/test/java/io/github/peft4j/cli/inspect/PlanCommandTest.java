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
}
