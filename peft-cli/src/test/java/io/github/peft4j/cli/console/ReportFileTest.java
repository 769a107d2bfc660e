package io.github.peft4j.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {

    @TempDir private Path folder;

    private record Measured(double wallSeconds) {}

    @Test
    void writesTheFieldsInPythonsSpelling() throws Exception {
        Path file = folder.resolve("report.json");

        ReportFile.write(new Measured(1.5), file);

        assertThat(file).content().isEqualToIgnoringWhitespace("{\"wall_seconds\": 1.5}");
    }

    @Test
    void refusesTargetsThatCannotBeWritten() throws Exception {
        assertRefused(folder, "it is a folder. Name a file.");
        assertRefused(folder.resolve("missing").resolve("report.json"), "there is no folder '");
        Path file = Files.createFile(folder.resolve("file"));
        assertRefused(file.resolve("report.json"), "there is no folder '");
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    private static void assertRefused(Path file, String text) {
        assertThatThrownBy(() -> ReportFile.requireWritable(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot write '" + file + "': ")
                .hasMessageContaining(text);
    }
}
