package io.github.peft4j.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceCommandTest {

    @TempDir private Path folder;

    @Test
    void printsALineACaseAndTheCounts() throws Exception {
        copyModel("bert-base");

        CommandRun run = CommandRun.of("conformance", folder, "--only", "models/*/plain");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(2).first().asString().contains("bert-base/plain");
        assertThat(run.out().lines()).last().isEqualTo("1 passed, 0 failed, 0 unsupported");
    }

    @Test
    void returnsOneIfACaseFails() throws Exception {
        copyModel("bert-base");
        Path weights = folder.resolve("models/bert-base/model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 0x40; // a weight becomes huge
        bytes[bytes.length - 5] ^= 0x40;
        Files.write(weights, bytes);

        CommandRun run = CommandRun.of("conformance", folder, "--only", "models/*/plain");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out().lines()).last().isEqualTo("0 passed, 1 failed, 0 unsupported");
    }

    @Test
    void refusesAFolderThatProvesNothing() {
        CommandRun run = CommandRun.of("conformance", folder, "--only", "adapters/none-*");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("peft: No case in '" + folder + "' is called 'adapters/none-*'. Pass");
    }

    private void copyModel(String name) throws Exception {
        Path from = Golden.path("models/" + name);
        Path to = folder.resolve("models").resolve(name);
        Files.createDirectories(to.resolve("expected"));
        for (String file :
                new String[] {
                    "config.json",
                    "model.safetensors",
                    "tokenizer.json",
                    "tokenizer_config.json",
                    "expected/plain.safetensors"
                }) {
            Files.copy(from.resolve(file), to.resolve(file));
        }
    }
}
