package io.github.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeftConfigTest {

    private static LoadedConfig load(String adapter) throws IOException {
        return PeftConfig.load(Golden.path("adapters/" + adapter));
    }

    @Test
    void readsWhatItWrote(@TempDir Path temp) throws IOException {
        LoraConfig config =
                LoraConfig.builder()
                        .optTaskType(TaskType.SEQ_CLS)
                        .optTargetModules("query")
                        .build();

        config.savePretrained(temp.resolve("new/adapter"));

        assertThat(PeftConfig.fromPretrained(temp.resolve("new/adapter"))).isEqualTo(config);
        assertThat(temp.resolve("new/adapter")).isDirectoryContaining("glob:**adapter_config.json");
        try (var files = Files.list(temp.resolve("new/adapter"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void replacesAnOlderFile(@TempDir Path temp) throws IOException {
        LoraConfig.builder().optR(2).build().savePretrained(temp);
        LoraConfig.builder().optR(3).build().savePretrained(temp);

        assertThat(PeftConfig.fromPretrained(temp)).isEqualTo(LoraConfig.builder().optR(3).build());
    }

    @Test
    void refusesToSaveIntoAFile(@TempDir Path temp) throws IOException {
        Path file = Files.createFile(temp.resolve("file"));

        assertThatThrownBy(() -> LoraConfig.builder().build().savePretrained(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + " is a file. Pass a directory to save the adapter in.");
        assertThat(file).isEmptyFile();
    }

    @Test
    void namesTheMissingFile(@TempDir Path temp) {
        assertThatThrownBy(() -> PeftConfig.fromPretrained(temp))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining(temp.resolve("adapter_config.json").toString())
                .hasMessageContaining("Pass the directory of a saved adapter.");
    }

    @Test
    void namesTheFileThatIsNoJson(@TempDir Path temp) throws IOException {
        Path file = temp.resolve("adapter_config.json");
        Files.writeString(file, "{\"r\": 8,");

        assertThatThrownBy(() -> PeftConfig.fromPretrained(temp))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + " is no valid JSON object: ");
    }

    @Test
    void namesTheFileOfAWrongField(@TempDir Path temp) throws IOException {
        Path file = temp.resolve("adapter_config.json");
        Files.writeString(file, "{\"peft_type\": \"LORA\", \"r\": \"eight\"}");

        assertThatThrownBy(() -> PeftConfig.fromPretrained(temp))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(file + ": r is \"eight\" but must be an integer. Correct r.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "r; 8.0; an integer",
                "r; true; an integer",
                "r; null; an integer",
                "r; 4294967297; an integer",
                "lora_alpha; \"8\"; a number",
                "lora_dropout; []; a number",
                "use_rslora; \"yes\"; true or false",
                "inference_mode; 1; true or false",
                "bias; 0; one of \"none\", \"all\", \"lora_only\"",
                "target_modules; 3; a string or a list of strings",
                "target_modules; [\"q\", 3]; a string or a list of strings",
                "layers_to_transform; [0.5]; an integer or a list of integers",
                "modules_to_save; \"classifier\"; a list of strings",
                "rank_pattern; {\"q\": 1.5}; an object of integers",
                "alpha_pattern; {\"q\": \"a\"}; an object of numbers",
                "rank_pattern; []; an object of integers",
                "init_lora_weights; 1; true or false or a string",
                "auto_mapping; []; an object",
                "task_type; 5; a string",
                "revision; {}; a string",
                "use_dora; \"x\"; true or false",
                "trainable_token_indices; [\"a\"]; a list of integers or an object",
                "layer_replication; [1]; a list of pairs",
                "target_parameters; \"experts.gate\"; a list of strings",
                "eva_config; {\"rho\": \"x\"}; a number"
            })
    void refusesAWrongTypeWithFieldValueAndType(String key, String value, String type) {
        String json = "{\"peft_type\": \"LORA\", \"" + key + "\": " + value + "}";

        assertThatThrownBy(() -> PeftConfig.fromJson(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("adapter config: " + key)
                .hasMessageContaining(" but must be " + type);
    }

    @Test
    void warnsOnceAboutAllUnknownKeys() throws IOException {
        assertThat(load("file-lora-unknown-keys").warnings())
                .singleElement()
                .asString()
                .startsWith("Unexpected keys [another, future_option] for LoraConfig, these are");
    }

    @Test
    void dropsRuntimeOptionsWithAWarning() throws IOException {
        LoadedConfig loaded = load("file-lora-runtime-config");

        assertThat(loaded.warnings())
                .singleElement()
                .asString()
                .startsWith("runtime_config is ignored");
        assertThat(loaded.config().toMap()).doesNotContainKey("runtime_config");
    }

    @Test
    void fillsInWhatOldFilesLack() throws IOException {
        for (String adapter : new String[] {"file-lora-old-config", "file-lora-oldest-config"}) {
            LoadedConfig loaded = load(adapter);

            assertThat(loaded.warnings()).isEmpty();
            LoraConfig config = (LoraConfig) loaded.config();
            assertThat(config.r()).isEqualTo(4);
            assertThat(config.peftVersion()).isEqualTo("0.21.2");
            assertThat(config.useRslora()).isFalse();
            assertThat(config.initLoraWeights().json()).isEqualTo(true);
        }
    }

    @Test
    void refusesAFileWithoutMethod() {
        assertThatThrownBy(() -> load("file-lora-no-peft-type"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("adapter_config.json: The key peft_type is missing");
    }

    @Test
    void refusesUnknownMethodsAndTasks() {
        assertThatThrownBy(() -> load("file-bone-type"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("adapter_config.json: Unknown peft_type 'BONE'.");
        assertThatThrownBy(() -> load("file-lora-unknown-type"))
                .hasMessageContaining("Unknown peft_type 'NOT_A_METHOD'.");
        assertThatThrownBy(() -> load("file-lora-unknown-task"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Invalid task_type 'IMAGE_CLS'. Must be one of: SEQ_CLS,");
    }

    @Test
    void saysWhatThisVersionLacks() {
        assertThatThrownBy(() -> PeftConfig.fromJson("{\"peft_type\": \"SHADOW\"}"))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageStartingWith("adapter config: The method SHADOW is not implemented");
    }

    @Test
    void readsPlainMaps() {
        LoadedConfig loaded = PeftConfig.loadMap(Map.of("peft_type", "LORA", "r", 16));

        assertThat(loaded.config()).isEqualTo(LoraConfig.builder().optR(16).build());
        assertThat(loaded.warnings()).isEmpty();
    }

    @Test
    void variesSharedFields() {
        PeftConfig config = LoraConfig.builder().optTaskType(TaskType.CAUSAL_LM).build();

        PeftConfig saved = config.withInferenceMode(true);

        assertThat(saved.inferenceMode()).isTrue();
        assertThat(saved.taskType()).contains(TaskType.CAUSAL_LM);
        assertThat(config.inferenceMode()).isFalse();
    }
}
