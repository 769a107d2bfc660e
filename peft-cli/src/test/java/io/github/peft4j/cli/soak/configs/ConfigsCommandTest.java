package io.github.peft4j.cli.soak.configs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.testkit.Fuzz;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigsCommandTest {

    private static final Path GOLDEN = Golden.path("");

    private static final Path TOKENIZERS =
            GOLDEN.resolve("../../../../../peft-tasks/src/test/resources/golden").normalize();

    @TempDir Path folder;

    /** Another seed each time: what fails says which. */
    @Test
    void everyChangedFileIsLoadedOrRefusedByName() {
        CommandRun run =
                CommandRun.of("soak", "configs", GOLDEN, TOKENIZERS, "--files", Fuzz.times(150));

        System.out.println(run.out());
        assertThat(run.out()).startsWith("seed ").contains("0 odd errors, 0 unbounded, 0 deaths");
        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    }

    @Test
    void aSeedTellsTheFiles() throws IOException {
        assertThat(files(5, 3)).isEqualTo(files(5, 3));
        assertThat(files(5, 3)).isNotEqualTo(files(6, 3)).isNotEqualTo(files(5, 4));
    }

    private List<String> files(long seed, int index) throws IOException {
        Path target = folder.resolve("files");
        new ConfigChanges(ConfigFolders.read(List.of(GOLDEN)), seed).write(index, target);
        try (Stream<Path> all = Files.walk(target)) {
            return all.filter(Files::isRegularFile)
                    .sorted()
                    .map(file -> target.relativize(file) + " " + contents(file))
                    .toList();
        }
    }

    private static int contents(Path file) {
        try {
            return Arrays.hashCode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void judgesErrorsByTheirWords() {
        Path named = Path.of("/folder");
        assertThat(outcome(new IOException("/folder/config.json lacks r. Add it."), named))
                .isEqualTo(ConfigOutcome.REFUSED);
        assertThat(outcome(new NullPointerException("x"), named)).isEqualTo(ConfigOutcome.ODD);
        assertThat(outcome(new IOException("nothing here"), named)).isEqualTo(ConfigOutcome.ODD);
        assertThat(outcome(new IOException("config.json: " + "x".repeat(2000)), named))
                .isEqualTo(ConfigOutcome.ODD);
        assertThat(outcome(new IOException("config.json: For input string: x"), named))
                .isEqualTo(ConfigOutcome.ODD);
        assertThat(outcome(new OutOfMemoryError("x"), named)).isEqualTo(ConfigOutcome.UNBOUNDED);
    }

    private static ConfigOutcome outcome(Throwable thrown, Path named) {
        return Judgement.of(thrown, named).outcome();
    }

    @Test
    void saysWhereNothingIsToBeChanged() {
        CommandRun run = CommandRun.of("soak", "configs", folder);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("no small checkpoint, adapter or tokenizer in");
    }
}
