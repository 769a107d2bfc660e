package io.github.peft4j.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.testkit.Golden;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MethodsDemoTest {

    private static final Path TINY = Golden.path("models/bert-base");

    @TempDir private Path folder;

    @Test
    void trainsMethodsOfEveryShapeOnOneBase() throws Exception {
        Path json = folder.resolve("report.json");

        CommandRun run =
                CommandRun.of(
                        "demo",
                        "methods",
                        "--methods",
                        "lora,ia3,adalora,prompt_tuning,oft,vblora",
                        "--model",
                        TINY,
                        "--data",
                        texts(),
                        "--epochs",
                        2,
                        "--out",
                        folder.resolve("adapters"),
                        "--json",
                        json);

        assertThat(run.exitCode()).isZero();
        JsonObject report = CommandRun.json(json);
        assertThat(report.get("majority").getAsDouble()).isEqualTo(0.5);
        assertThat(report.getAsJsonArray("methods"))
                .extracting(row -> row.getAsJsonObject().get("method").getAsString())
                .containsExactly("LORA", "IA3", "ADALORA", "PROMPT_TUNING", "OFT");
        assertThat(run.out())
                .contains("[left out] VBLORA")
                .contains("ms a step")
                .contains("(majority)");
        PeftConfig saved = PeftConfig.fromPretrained(folder.resolve("adapters/ia3"));
        assertThat(saved.peftType().name()).isEqualTo("IA3");
    }

    @Test
    void namesThePresetsThereAre() throws Exception {
        CommandRun run = CommandRun.of("demo", "methods", "--methods", "magic");

        assertThat(run.exitCode()).isNotZero();
        assertThat(run.err()).contains("--methods names 'magic'. There are presets for: [LORA");
    }

    private Path texts() throws Exception {
        StringBuilder text = new StringBuilder("split\tlabel\ttext\n");
        for (int i = 0; i < 40; i++) {
            String split = i < 24 ? "train" : "test";
            String label = i % 2 == 0 ? "negative" : "positive";
            text.append(
                    split + "\t" + label + "\t" + (i % 2 == 0 ? "a a a " : "b b b ") + i + "\n");
        }
        return Files.writeString(folder.resolve("texts.tsv"), text);
    }
}
