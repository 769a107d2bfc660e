package io.github.peft4j.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectCommandTest {

    private static final Path BERT = Golden.path("adapters/lora-seqcls-bert");

    @TempDir private Path folder;

    @Test
    void showsWhatPythonSaved() throws Exception {
        Path json = folder.resolve("out.json");

        CommandRun run = CommandRun.of("inspect", BERT, "--json", json);

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("LORA adapter in " + BERT, "task: SEQ_CLS", "1,123 parameters in F32")
                .contains("ranks: 4 at 4 layers", "effect: it acts", "  r = 4", "no passport")
                .doesNotContain("warning", "lora_dropout");
        JsonObject seen = CommandRun.json(json);
        assertThat(seen.get("parameters").getAsLong()).isEqualTo(1123); // of case.json
        assertThat(seen.get("bytes").getAsLong())
                .isEqualTo(Files.size(BERT.resolve("adapter_model.safetensors")));
        assertThat(seen.get("effect").getAsString()).isEqualTo("ACTS");
        assertThat(seen.getAsJsonObject("changed_options").get("r").getAsInt()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        "lora-init-true-bert, AT_START",
        "lora-init-false, ACTS",
        "dora-bert, NOT_ASKED",
        "lora-init-pissa-gpt2, NOT_ASKED",
        "ia3-net-conv2d, NOT_ASKED",
        "loha-seqcls, ACTS",
        "oft-embedding, ACTS",
        "oft-net-conv2d, ACTS",
        "fourierft-gpt2, ACTS",
        "vera-no-projection, ACTS",
        "adalora-pruned, ACTS",
        "lora-embedding, ACTS",
        "prompt-seqcls, NOT_ASKED"
    })
    void tellsTheEffectWhereTensorsDo(String name, String effect) throws Exception {
        Path json = folder.resolve("out.json");

        CommandRun run = CommandRun.of("inspect", Golden.path("adapters/" + name), "--json", json);

        assertThat(run.exitCode()).isZero();
        assertThat(CommandRun.json(json).get("effect").getAsString()).isEqualTo(effect);
    }

    @Test
    void showsThePassportAndWhatDoesNotFitIt() throws Exception {
        copy(BERT);
        AdapterPassport passport =
                AdapterPassport.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optLabels(List.of("bad", "good", "odd"))
                        .optBase("bert", "sha256:base")
                        .optAdapterFingerprint("sha256:other")
                        .optTrainingData("reviews.csv")
                        .optTraining(Map.of("seed", 7), Map.of("eval_accuracy", 0.5))
                        .optVersions(Map.of("peft4j", "1"))
                        .build();
        Files.writeString(folder.resolve(AdapterPassport.FILE_NAME), passport.toJson());

        CommandRun run = CommandRun.of("inspect", folder);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("labels: [bad, good, odd]", "sha256:base", "data = \"reviews.csv\"")
                .contains("seed = 7", "\"eval_accuracy\": 0.5", "\"peft4j\": \"1\"")
                .contains("warning: The tensors are not those that adapter_passport.json");
    }

    @Test
    void warnsOfNumbersThatAreNotFinite() {
        CommandRun run = CommandRun.of("inspect", Golden.path("adapters/file-lora-nan"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("warning: ", "NaN or infinite numbers in 1 tensors");
    }

    @Test
    void refusesFoldersThatAreNoAdapters() throws Exception {
        assertRefused(
                CommandRun.of("inspect", Golden.path("adapters/file-lora-no-config")),
                "no adapter_config.json here");
        assertRefused(
                CommandRun.of("inspect", Golden.path("adapters/file-lora-no-weights")),
                "adapter_model.safetensors");
        copy(BERT);
        Files.write(folder.resolve("adapter_model.safetensors"), new byte[] {1, 2, 3});
        assertRefused(CommandRun.of("inspect", folder), "fewer than the 8");
        assertRefused(CommandRun.of("inspect", folder.resolve("none")), "none");
        assertThat(CommandRun.of("inspect").exitCode()).isEqualTo(2);
    }

    private static void assertRefused(CommandRun run, String text) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("peft: ").contains(text).hasLineCount(1);
        assertThat(run.out()).isEmpty();
    }

    private void copy(Path adapter) throws Exception {
        for (String file : new String[] {"adapter_config.json", "adapter_model.safetensors"}) {
            Files.copy(adapter.resolve(file), folder.resolve(file));
        }
    }
}
