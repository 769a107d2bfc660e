package io.github.peft4j.examples.demo.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.github.peft4j.cli.console.ReportFile;
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

        ReportFile.requireWritable(file);
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
    void leavesNothingBehindWhenItCannotReplaceTheTarget() throws Exception {
        Path target = Files.createDirectory(folder.resolve("report.json"));
        Files.createFile(target.resolve("in the way"));

        assertThatThrownBy(() -> report(0.5).write(target)).isInstanceOf(IOException.class);

        assertThat(folder.toFile().list()).containsExactly("report.json");
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
