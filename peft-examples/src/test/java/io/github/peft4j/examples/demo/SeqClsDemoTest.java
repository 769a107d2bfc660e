package io.github.peft4j.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeqClsDemoTest {

    private static final String HEADER = "split\tid\tscore\tlabel\ttext\n";
    private static final Path TINY = Golden.path("models/bert-base");

    @TempDir private Path folder;

    @Test
    void learnsAFileOfItsOwnFormAndProvesWhatItSaved() throws Exception {
        Path json = folder.resolve("report.json");
        Path adapter = folder.resolve("adapter");

        CommandRun run =
                CommandRun.of(
                        "demo",
                        "seq-cls",
                        "--model",
                        TINY,
                        "--data",
                        separable(),
                        "--epochs",
                        30,
                        "--out",
                        adapter,
                        "--json",
                        json);

        assertThat(run.err()).as("not even a warning that the head starts fresh").isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("learns from 60 texts")
                .contains("[ok] saved, loaded on a fresh base: as trained, all 20 answers")
                .contains("[ok] switched off")
                .contains("[ok] the base: all 24,066 weights as before")
                .contains("Saved: " + adapter)
                .contains("a small letter")
                .doesNotContain("FAILED", "Type a text");
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
        assertThat(report.get("task").getAsString()).isEqualTo("seq-cls");
        assertThat(report.get("trainable_parameters").getAsInt()).isEqualTo(2048 + 66);
        assertThat(accuracy(report, "before")).isLessThan(0.8);
        assertThat(accuracy(report, "after")).isGreaterThanOrEqualTo(0.95);
        assertThat(report.get("reloaded")).isEqualTo(report.get("after"));
        assertThat(report.get("disabled")).isEqualTo(report.get("before"));
        LoraConfig config = (LoraConfig) PeftConfig.fromPretrained(adapter);
        assertThat(config.taskType()).contains(TaskType.SEQ_CLS);
        assertThat(config.r()).isEqualTo(8);
        assertThat(report.get("adapter_bytes").getAsLong())
                .isEqualTo(
                        Files.size(adapter.resolve("adapter_model.safetensors"))
                                + Files.size(adapter.resolve("adapter_config.json")));
    }

    @Test
    void tellsTheStoryOfTwoDomains() throws Exception {
        Path json = folder.resolve("report.json");
        Path adapters = folder.resolve("adapters");

        CommandRun run =
                CommandRun.of(
                        "demo",
                        "seq-cls",
                        "--model",
                        TINY,
                        "--epochs",
                        1,
                        "--out",
                        adapters,
                        "--json",
                        json);

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("Adapter 'tweets' learns from 2,761 texts")
                .contains("Adapter 'movies', a copy of 'tweets', learns from 2,000 texts")
                .contains("[ok] switched back to 'tweets': as before, all 1,289 answers")
                .doesNotContain("FAILED");
        assertThat(adapters.resolve("tweets/adapter_model.safetensors")).isRegularFile();
        assertThat(adapters.resolve("movies/adapter_model.safetensors")).isRegularFile();
        JsonObject report = CommandRun.json(json);
        assertThat(report.getAsJsonObject("before").keySet())
                .containsExactly("accuracy", "movies_accuracy");
        assertThat(report.getAsJsonObject("after").keySet())
                .containsExactly("accuracy", "movies_accuracy_tweets_adapter", "movies_accuracy");
        assertThat(report.get("reloaded")).isEqualTo(report.get("after"));
        assertThat(report.get("disabled")).isEqualTo(report.get("before"));
    }

    @Test
    void namesFileAndLineOfABadRow() throws Exception {
        Path file =
                Files.writeString(folder.resolve("bad.tsv"), HEADER + "train\t1\t1\tpositive\n");
        refuses("bad.tsv, line 2: 4 columns where the header has 5.", "--data", file);

        Files.writeString(file, HEADER + "train\t1\t1\tpositive\tyes\ntest\t2\t0\thappy\tno\n");
        refuses("bad.tsv, line 3: label 'happy' is none of [negative, pos", "--data", file);
        refuses("There is no file 'none.tsv'. Pass a tab-", "--data", "none.tsv");
    }

    @Test
    void refusesAModelThatItCannotLoad() throws Exception {
        Path model = Files.createDirectory(folder.resolve("model"));
        refuses("There is no " + model.resolve("config.json"), "--model", model);

        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"gpt9\"}");
        refuses("model_type 'gpt9' is not available in this version. Ava", "--model", model);
        assertThat(folder.resolve("adapters")).doesNotExist();
    }

    @Test
    void refusesToTrainWhatItCouldNotSave() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        refuses("Cannot save adapters in '" + file.resolve("a"), "--out", file.resolve("a"));
    }

    @Test
    void refusesNumbersAndLabelsThatMakeNoSense() {
        assertThat(CommandRun.of("demo", "seq-cls", "--epochs", 0).exitCode()).isEqualTo(2);
        CommandRun oneLabel = CommandRun.of("demo", "seq-cls", "--labels", "good");
        assertThat(oneLabel.exitCode()).isEqualTo(2);
        assertThat(oneLabel.err()).contains("--labels is [good], must name at least 2.");
    }

    private static void refuses(String text, Object... options) {
        Object[] arguments = new Object[options.length + 2];
        arguments[0] = "demo";
        arguments[1] = "seq-cls";
        System.arraycopy(options, 0, arguments, 2, options.length);

        CommandRun run = CommandRun.of(arguments);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).singleElement().asString().contains("peft: ", text);
    }

    /** Texts whose first noun decides, in words of the tiny model; neutral rows must not matter. */
    private Path separable() throws IOException {
        String[] fillers = {
            "in the boat", "on a thread", "and an answer", "that she was", "not it"
        };
        StringBuilder rows = new StringBuilder(HEADER);
        for (int i = 0; i < 80; i++) {
            boolean positive = i % 2 == 0;
            rows.append(i < 60 ? "train" : "test").append('\t').append(i).append("\t1\t");
            rows.append(positive ? "positive\ta small letter " : "negative\tthe break weight ");
            rows.append(fillers[i % 5]).append('\n');
        }
        rows.append("train\t80\t0\tneutral\tthe number\n");
        return Files.writeString(folder.resolve("separable.tsv"), rows);
    }

    private static double accuracy(JsonObject report, String part) {
        return report.getAsJsonObject(part).get("accuracy").getAsDouble();
    }
}
