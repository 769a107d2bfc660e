package io.github.peft4j.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.demo.story.DemoStory;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demos of {@link DemoStory}, each on a tiny model and data of its own form. */
class LessonsTest {

    @TempDir private Path folder;

    /** Runs a demo and checks what all of them promise. */
    private JsonObject run(String demo, TaskType task, String model, Path data, int epochs)
            throws Exception {
        Path json = folder.resolve("report.json");
        Path adapter = folder.resolve("adapter");
        List<Object> arguments = new ArrayList<>(List.of("demo", demo));
        arguments.addAll(List.of("--model", Golden.path("models/" + model), "--data", data));
        arguments.addAll(List.of("--epochs", epochs, "--out", adapter, "--json", json));

        CommandRun run = CommandRun.of(arguments.toArray());

        assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("[ok] saved, loaded on a fresh base: as trained")
                .contains("[ok] switched off: as in the beginning")
                .contains("[ok] the base: all")
                .doesNotContain("FAILED", "Type ");
        JsonObject report = CommandRun.json(json);
        assertThat(report.get("task").getAsString()).isEqualTo(demo);
        assertThat(report.get("reloaded")).isEqualTo(report.get("after"));
        assertThat(report.get("disabled")).isEqualTo(report.get("before"));
        assertThat(report.get("after")).isNotEqualTo(report.get("before"));
        assertThat(PeftConfig.fromPretrained(adapter).taskType()).contains(task);
        return report;
    }

    private static double figure(JsonObject report, String when, String name) {
        return report.getAsJsonObject(when).get(name).getAsDouble();
    }

    /** The letter tells whether a word is a thing. */
    @Test
    void tokenClassification() throws Exception {
        StringBuilder rows = new StringBuilder("kind\ttokens\ttags\tspaces\n");
        for (int i = 0; i < 40; i++) {
            rows.append("x\ta b c d\tO B-THING B-THING O\t.___\n");
            rows.append("x\tc a d b\tB-THING O O B-THING\t.___\n");
        }
        Files.writeString(folder.resolve("train.tsv"), rows);
        Files.writeString(folder.resolve("test.tsv"), rows);

        JsonObject report = run("token-cls", TaskType.TOKEN_CLS, "bert-base", folder, 40);

        assertThat(figure(report, "before", "f1")).isLessThan(0.7);
        assertThat(figure(report, "after", "f1")).isGreaterThan(0.9);
    }

    @Test
    void questionAnswering() throws Exception {
        StringBuilder questions = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            questions
                    .append(i == 0 ? "" : ",")
                    .append("{\"context\":\"a b c d e f\",\"qas\":[{\"id\":\"")
                    .append(i)
                    .append("\",\"question\":\"c\",\"answers\":[{\"text\":\"d\",")
                    .append("\"answer_start\":6}]}]}");
        }
        String squad =
                "{\"version\":\"1.1\",\"data\":[{\"title\":\"t\",\"paragraphs\":["
                        + questions
                        + "]}]}";
        Files.writeString(folder.resolve("train.json"), squad);
        Files.writeString(folder.resolve("dev.json"), squad);

        JsonObject report =
                run("question-answering", TaskType.QUESTION_ANS, "bert-base", folder, 30);

        assertThat(figure(report, "after", "exact_match")).isEqualTo(1);
    }

    @Test
    void featureExtraction() throws Exception {
        StringBuilder rows = new StringBuilder("split\tword\tpos\tgloss\n");
        for (int i = 0; i < 128; i++) {
            char letter = (char) ('a' + i % 26);
            rows.append("train\t").append(letter).append("\tn\t").append(letter).append(" is it\n");
        }
        for (char letter = 'a'; letter <= 'z'; letter++) {
            rows.append("test\t").append(letter).append("\tn\t").append(letter).append(" is it\n");
        }
        Path file = Files.writeString(folder.resolve("glosses.tsv"), rows);

        JsonObject report =
                run("feature-extraction", TaskType.FEATURE_EXTRACTION, "bert-base", file, 4);

        assertThat(figure(report, "after", "mrr")).isGreaterThan(figure(report, "before", "mrr"));
    }

    @Test
    void causalLanguageModel() throws Exception {
        Path file = Files.writeString(folder.resolve("style.tsv"), style());

        JsonObject report = run("causal-lm", TaskType.CAUSAL_LM, "llama-causal", file, 3);

        assertThat(figure(report, "after", "perplexity"))
                .isLessThan(figure(report, "before", "perplexity"));
    }

    private static String style() {
        StringBuilder rows = new StringBuilder("split\tkey\ttext\n");
        for (int i = 0; i < 60; i++) {
            rows.append(i % 4 == 0 ? "test" : "train").append("\tk\tand the king said, and\\n");
            rows.append("the king went, and the king slept\n");
        }
        return rows.toString();
    }

    @Test
    void sequenceToSequence() throws Exception {
        StringBuilder rows = new StringBuilder("split\tinput\ttarget\n");
        for (int i = 0; i < 64; i++) {
            rows.append(i % 4 == 0 ? "test" : "train").append("\tone two\tthree\n");
        }
        Path file = Files.writeString(folder.resolve("pairs.tsv"), rows);

        JsonObject report = run("seq2seq", TaskType.SEQ_2_SEQ_LM, "t5-seq2seq", file, 60);

        assertThat(figure(report, "before", "exact_match")).isZero();
        assertThat(figure(report, "after", "exact_match")).isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoDataOfItsForm() throws IOException {
        CommandRun run = CommandRun.of("demo", "token-cls", "--data", folder);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("There is no file", "train.tsv", "columns tokens, tags");
        assertThat(CommandRun.of("demo", "causal-lm", "--style", "rap").err())
                .contains("--style is rap, must be one of");
        assertThat(CommandRun.of("demo", "seq2seq", "--epochs", 0).err())
                .contains("--epochs is 0, must be at least 1");
    }
}
