package io.github.peft4j.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServingDemoTest {

    private static final Path TINY = Golden.path("models/bert-base");

    @TempDir private Path folder;

    private static final List<String> TELLING =
            List.of("a small letter", "the break weight", "on a thread");

    /** Texts that say their label, behind words that say nothing. */
    private void job(String name, List<String> labels) throws IOException {
        StringBuilder rows = new StringBuilder("split\tlabel\ttext\n");
        for (int i = 0; i < 60; i++) {
            String split = i % 4 == 0 ? "test" : "train";
            int label = (i / 4) % labels.size();
            String text = TELLING.get(label) + (i % 3 == 0 ? " and an answer" : " that she was");
            rows.append(split + '\t' + labels.get(label) + '\t' + text + '\n');
        }
        Files.writeString(
                Files.createDirectories(folder.resolve("jobs")).resolve(name + ".tsv"), rows);
    }

    private CommandRun serve(Path json) throws Exception {
        return CommandRun.of(
                "demo",
                "serving",
                "--model",
                TINY,
                "--data",
                folder.resolve("jobs"),
                "--epochs",
                150,
                "--out",
                folder.resolve("adapters"),
                "--json",
                json);
    }

    @Test
    void eachJobHasItsLabelsAndEachTextTheAnswerOfItsJob() throws Exception {
        job("letters", List.of("first", "second"));
        job("places", List.of("one", "two", "three"));
        Path json = folder.resolve("report.json");

        CommandRun run = serve(json);

        assertThat(run.out())
                .contains("letters learns 2 labels from 45 texts", "places learns 3 labels")
                .contains("first, second", "one, three, two")
                .contains("[ok] each of 30 texts got the answer of its adapter")
                .doesNotContain("FAILED");
        assertThat(run.exitCode()).isZero();
        JsonObject report = CommandRun.json(json);
        JsonArray adapters = report.getAsJsonArray("adapters");
        assertThat(adapters).hasSize(2);
        for (JsonElement adapter : adapters) {
            assertThat(adapter.getAsJsonObject().get("accuracy").getAsDouble()).isGreaterThan(0.9);
        }
        assertThat(report.get("distance").getAsDouble()).isLessThan(1e-5);
        assertThat(folder.resolve("adapters/letters/adapter_model.safetensors")).isRegularFile();
    }

    @Test
    void saysWhatAFolderWithoutJobsLacks() throws Exception {
        Files.createDirectory(folder.resolve("jobs"));

        CommandRun run = serve(folder.resolve("report.json"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("There is no .tsv file in", "split (train, test)");
        assertThat(folder.resolve("adapters")).doesNotExist();
    }
}
