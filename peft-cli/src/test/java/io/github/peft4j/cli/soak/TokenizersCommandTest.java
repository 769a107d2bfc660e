package io.github.peft4j.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.testkit.Fuzz;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersCommandTest {

    private static final Path TOKENIZERS =
            Golden.path("").resolve("../../../../../peft-tasks/src/test/resources/golden");

    @TempDir Path folder;

    /** Another seed each time: what fails says which. */
    @Test
    void noChangedFileEndsTheProcess() {
        CommandRun run =
                CommandRun.of(
                        "soak", "tokenizers", TOKENIZERS.normalize(), "--files", Fuzz.times(500));

        System.out.println(run.out());
        assertThat(run.out()).startsWith("seed ").contains("0 odd errors, 0 deaths, 0 hangs");
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }

    @Test
    void aSeedTellsTheFiles() throws IOException {
        TokenizerChanges one = new TokenizerChanges(TokenizerFolder.read(folder), 5);
        TokenizerChanges same = new TokenizerChanges(TokenizerFolder.read(folder), 5);
        TokenizerChanges other = new TokenizerChanges(TokenizerFolder.read(folder), 6);

        assertThat(one.file(3)).isEqualTo(same.file(3));
        assertThat(one.file(3)).isNotEqualTo(other.file(3));
        assertThat(one.file(3)).isNotEqualTo(one.file(4));
    }

    @Test
    void keepsFilesAndResults() throws IOException {
        Path all = folder.resolve("all");
        Path none = Files.createDirectory(folder.resolve("none"));

        CommandRun run =
                CommandRun.of(
                        "soak", "tokenizers", none, "--files", 3, "--seed", 1, "--write", all);

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(Files.readAllLines(all.resolve("results.txt"))).hasSize(3);
        assertThat(Files.readString(all.resolve("2.json"), StandardCharsets.UTF_8)).isNotEmpty();
    }

    @Test
    void saysWhatThereIsToTry() {
        CommandRun run = CommandRun.of("soak");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("soak tokenizers DIR");
    }
}
