package io.github.peft4j.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.peft4j.cli.CommandRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistDemoTest {

    @TempDir private Path folder;

    @Test
    void adaptsTheNetToOneDigitAndGivesItBackUnchanged() throws Exception {
        Path json = folder.resolve("report.json");

        CommandRun run = CommandRun.of("demo", "mnist", "--images", 1000, "--json", json);

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("parameters: original 2,807,010, LoRA 6,794 (0.242%)")
                .contains("[ok] LoRA off: all 10,000 predictions as before, bit for bit")
                .contains("[ok] all 2,807,010 original weights as before, bit for bit")
                .contains("[ok] saved in PEFT's format")
                .contains("[ok] merged into the weights")
                .contains("off in linear1")
                .doesNotContain("FAILED");
        JsonObject report = CommandRun.json(json);
        assertThat(report.keySet())
                .containsExactly(
                        "task",
                        "seconds",
                        "trainable_parameters",
                        "adapter_bytes",
                        "before",
                        "after",
                        "reloaded",
                        "disabled");
        assertThat(report.get("task").getAsString()).isEqualTo("mnist");
        assertThat(report.get("trainable_parameters").getAsInt()).isEqualTo(6794);
        assertThat(report.get("adapter_bytes").getAsLong()).isBetween(6794 * 4L, 6794 * 4L + 4000);
        assertThat(figure(report, "before", "accuracy")).isGreaterThan(0.7);
        assertThat(figure(report, "before", "wrong_9")).isPositive();
        assertThat(figure(report, "after", "wrong_9"))
                .isLessThanOrEqualTo(figure(report, "before", "wrong_9") / 3);
        assertThat(figure(report, "after", "wrong"))
                .isNotEqualTo(figure(report, "before", "wrong"));
        assertThat(report.get("disabled")).isEqualTo(report.get("before"));
        assertThat(report.get("reloaded")).isEqualTo(report.get("after"));
    }

    @Test
    void takesRankAlphaAndDigit() throws Exception {
        Path json = folder.resolve("report.json");

        CommandRun run =
                CommandRun.of(
                        "demo",
                        "mnist",
                        "--images",
                        200,
                        "--rank",
                        3,
                        "--alpha",
                        2,
                        "--digit",
                        4,
                        "--seed",
                        1,
                        "--json",
                        json);

        assertThat(run.exitCode()).isZero();
        JsonObject report = CommandRun.json(json);
        assertThat(report.get("trainable_parameters").getAsInt()).isEqualTo(3 * 6794);
        assertThat(figure(report, "after", "wrong_4"))
                .isLessThan(figure(report, "before", "wrong_4"));
    }

    @Test
    void refusesNumbersThatMakeNoSense() {
        assertThat(CommandRun.of("demo", "mnist", "--rank", 0).err())
                .contains("--rank is 0, must be at least 1.");
        assertThat(CommandRun.of("demo", "mnist", "--images", 9).exitCode()).isEqualTo(2);
        assertThat(CommandRun.of("demo", "mnist", "--epochs", 0).exitCode()).isEqualTo(2);
        assertThat(CommandRun.of("demo", "mnist", "--alpha", -1).exitCode()).isEqualTo(2);
    }

    private static double figure(JsonObject report, String part, String metric) {
        return report.getAsJsonObject(part).get(metric).getAsDouble();
    }
}
