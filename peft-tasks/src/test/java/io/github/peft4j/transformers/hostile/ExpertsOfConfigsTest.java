package io.github.peft4j.transformers.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.transformers.TransformerModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An X-LoRA that names itself, or what is not there. */
class ExpertsOfConfigsTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {".", "", "../%s", "0/..", "./././."})
    void refusesAnXLoraOfItself(String path) throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("xlora-llama", folder);
        String itself = path.formatted(folder.getFileName());
        adapter.change("adapters", "{\"0\": \"" + itself + "\", \"1\": \"1\"}");
        try (TransformerModel base = adapter.base()) {
            assertThat(adapter.outcome(base))
                    .startsWith("refused: ")
                    .contains("adapter_config.json: adapters names ")
                    .contains("expert 0, which is XLORA");
        }
    }

    @Test
    void warnsOfNumbersThatAreNoneInAnExpert() throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("xlora-llama", folder);
        Path file = folder.resolve("1/adapter_model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, bytes.length - 4, bytes.length, (byte) 0xff); // NaN
        Files.write(file, bytes);
        try (TransformerModel base = adapter.base();
                PeftModel model = PeftModels.fromPretrained(base, folder)) {
            assertThat(model.loadReport("default").warnings())
                    .anyMatch(
                            warning ->
                                    warning.startsWith("Expert 1: The adapter in ")
                                            && warning.contains("NaN or infinite numbers"));
        }
    }

    @Test
    void refusesExpertsThatNameEachOther() throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("xlora-llama", folder);
        String config = adapter.config().toString().replace("\"1\":\"1\"", "\"1\":\"..\"");
        Files.writeString(folder.resolve("0/adapter_config.json"), config);
        Files.createSymbolicLink(folder.resolve("linked"), folder);
        try (TransformerModel base = adapter.base()) {
            assertThat(adapter.outcome(base)).startsWith("refused: ").contains("which is XLORA");

            adapter.change("adapters", "{\"0\": \"linked\", \"1\": \"1\"}");
            assertThat(adapter.outcome(base)).startsWith("refused: ").contains("which is XLORA");
        }
    }

    @Test
    void namesFileKeyAndFolderOfAMissingExpert() throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("xlora-llama", folder);
        adapter.change("adapters", "{\"0\": \"0\", \"1\": \"missing\"}");
        try (TransformerModel base = adapter.base()) {
            assertThat(adapter.outcome(base))
                    .startsWith("refused: " + folder)
                    .contains("adapter_config.json: An expert of X-LoRA cannot be loaded")
                    .contains("adapters names missing for expert 1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\\u0000b", "a\\nb", "\\u001b[2J"})
    void namesFileAndKeyOfAnExpertThatNoFolderCanBe(String path) throws Exception {
        HostileAdapter adapter = HostileAdapter.copy("xlora-llama", folder);
        adapter.change("adapters", "{\"0\": \"0\", \"1\": \"" + path + "\"}");
        try (TransformerModel base = adapter.base()) {
            assertThat(adapter.outcome(base))
                    .startsWith("refused: " + folder)
                    .contains("adapter_config.json: adapters names \"")
                    .contains("holds a control character");
        }
    }
}
