package io.github.peft4j.examples.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoReportTest {

    @TempDir private Path folder;

    @Test
    void writesAllKeysAndReplacesAnOlderReport() throws Exception {
        Path file = Files.writeString(folder.resolve("report.json"), "older");

        DemoReport.requireWritable(file);
        report(0.5).write(file);

        assertThat(JsonParser.parseString(Files.readString(file)))
                .isEqualTo(
                        JsonParser.parseString(
                                "{\"task\": \"seq-cls\", \"seconds\": 1.5,"
                                        + " \"trainable_parameters\": 74498,"
                                        + " \"adapter_bytes\": 300000,"
                                        + " \"before\": {\"accuracy\": 0.5},"
                                        + " \"after\": {\"accuracy\": 0.75},"
                                        + " \"reloaded\": {\"accuracy\": 0.75},"
                                        + " \"disabled\": {}}"));
        assertThat(folder).isDirectoryContaining("glob:**report.json");
        assertThat(folder.toFile().list()).containsExactly("report.json");
    }

    @Test
    void refusesAMetricThatIsNoNumber() {
        assertThatThrownBy(() -> report(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Metric 'accuracy' is NaN, not a finite number.");
    }

    @Test
    void refusesTargetsThatCannotBeWritten() throws Exception {
        assertRefused(folder, "it is a folder. Name a file.");
        assertRefused(folder.resolve("missing").resolve("report.json"), "there is no folder '");
        Path file = Files.createFile(folder.resolve("file"));
        assertRefused(file.resolve("report.json"), "there is no folder '");
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void leavesNothingBehindWhenItCannotReplaceTheTarget() throws Exception {
        Path target = Files.createDirectory(folder.resolve("report.json"));
        Files.createFile(target.resolve("in the way"));

        assertThatThrownBy(() -> report(0.5).write(target)).isInstanceOf(IOException.class);

        assertThat(folder.toFile().list()).containsExactly("report.json");
    }

    private static void assertRefused(Path file, String text) {
        assertThatThrownBy(() -> DemoReport.requireWritable(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("Cannot write '" + file + "': ")
                .hasMessageContaining(text);
    }

    private static DemoReport report(double before) {
        Map<String, Double> after = Map.of("accuracy", 0.75);
        return new DemoReport(
                "seq-cls",
                1.5,
                74_498,
                300_000,
                Map.of("accuracy", before),
                after,
                after,
                Map.of());
    }
}
