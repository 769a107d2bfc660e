package io.github.peft4j.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.cli.CommandRun;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest {

    private static final Path LLAMA = Golden.path("models/llama-causal");

    @TempDir private Path folder;

    @Test
    void answersEachLineAndWritesWhatItAnswered() throws Exception {
        Path prompts = write("p.txt", "The boats came back before noon.\nWho paid?\n");
        Path json = folder.resolve("out.json");

        CommandRun run =
                CommandRun.of(
                        "generate",
                        "--model",
                        LLAMA,
                        "--input",
                        prompts,
                        "--json",
                        json,
                        "--max-new-tokens",
                        12);

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        JsonArray answers = read(json);
        assertThat(answers).hasSize(2);
        JsonObject first = answers.get(0).getAsJsonObject();
        assertThat(first.keySet()).containsExactly("prompt", "ids", "text");
        assertThat(first.get("prompt").getAsString()).isEqualTo("The boats came back before noon.");
        // What Python answers: the end of its row in models/llama-causal/expected/text.safetensors.
        assertThat(first.get("ids").toString())
                .isEqualTo("[326,321,163,135,164,12,265,17,131,29,265,58]");
        assertThat(first.get("text").getAsString())
                .isEqualTo("it w\uFFFD\uFFFD\uFFFD\uFFFD.\uFFFD\uFFFD\uFFFD.7");
        assertThat(run.out())
                .contains("> The boats came back before noon.")
                .contains(first.get("text").getAsString())
                .contains("> Who paid?");
    }

    @Test
    void answersWithAnAdapterAndWithBeams() throws Exception {
        Path prompts = write("p.txt", "Who paid?");

        assertThat(ids(prompts, "--adapter", Golden.path("adapters/lora-causal-llama")))
                .isNotEqualTo(ids(prompts));
        assertThat(ids(prompts, "--num-beams", 3)).isNotEqualTo(ids(prompts));
    }

    @Test
    void answersTheSameInEachPrecisionAndRefusesOthers() throws Exception {
        Path prompts = write("p.txt", "Who paid?");

        assertThat(ids(prompts, "--precision", "stored")).isEqualTo(ids(prompts));
        assertThat(ids(prompts, "--precision", "fp16-packed")).isEqualTo(ids(prompts));
        CommandRun run =
                CommandRun.of(
                        "generate", "--model", LLAMA, "--input", prompts, "--precision", "fp8");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("no precision 'fp8'. Choose one of float32, stored, fp16-packed");
    }

    @Test
    void drawsOnlyIfAskedToAndTheSameForTheSameSeed() throws Exception {
        Path prompts = write("p.txt", "Who paid?");

        String drawn = ids(prompts, "--temperature", 1.5, "--seed", 4);
        assertThat(drawn).isNotEqualTo(ids(prompts));
        assertThat(ids(prompts, "--temperature", 1.5, "--seed", 4)).isEqualTo(drawn);
        assertThat(ids(prompts, "--temperature", 1.5, "--seed", 5)).isNotEqualTo(drawn);
    }

    @Test
    void putsConversationsThroughTheChatTemplate() throws Exception {
        Path model = folder.resolve("chat");
        Files.createDirectories(model);
        for (String file :
                new String[] {
                    "config.json",
                    "generation_config.json",
                    "model.safetensors",
                    "tokenizer.json",
                    "tokenizer_config.json"
                }) {
            Files.copy(LLAMA.resolve(file), model.resolve(file));
        }
        Files.writeString(
                model.resolve("chat_template.jinja"),
                "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
                        + "{% if add_generation_prompt %}assistant:{% endif %}");
        Path prompts = write("p.jsonl", "[{\"role\": \"user\", \"content\": \"Who paid?\"}]");
        Path json = folder.resolve("out.json");

        CommandRun run =
                CommandRun.of("generate", "--model", model, "--input", prompts, "--json", json);

        assertThat(run.err()).isEmpty();
        assertThat(read(json).get(0).getAsJsonObject().get("prompt").getAsString())
                .isEqualTo("<s>user: Who paid?\nassistant:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "p.txt | 'Hi\n \nYou' | Line 2 of '%s' is empty. Write a prompt there,",
                "p.txt | '' | '%s' is empty. Write a prompt a line into it.",
                "p.csv | 'Hi' | '%s' is neither .txt (a prompt a line) nor .jsonl",
                "p.jsonl | '{}' | Line 1 of '%s' is no list of messages: {}.",
                "p.jsonl | '[{\"role\": \"user\"}]' | Line 1 of '%s' is no list of messages:",
                "p.jsonl | '[]' | Line 1 of '%s' is a conversation without messages.",
                "p.jsonl | '[{\"role\": \"user\", \"content\": \"a\"}]' | has no chat template",
            })
    void refusesInputThatIsNoPrompts(String name, String content, String text) throws Exception {
        Path file = write(name, content);
        Path json = folder.resolve("out.json");

        CommandRun run =
                CommandRun.of("generate", "--model", LLAMA, "--input", file, "--json", json);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains(text.formatted(file));
        assertThat(json).doesNotExist();
    }

    @Test
    void refusesAPromptThatIsTooLongBeforeItAnswersAny() throws Exception {
        Path file = write("p.txt", "Hi\n" + "word ".repeat(300));

        CommandRun run = CommandRun.of("generate", "--model", LLAMA, "--input", file);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("Line 2 of '" + file + "': The longest prompt has ")
                .contains("but the model has 128 positions.");
    }

    @Test
    void namesFilesThatAreMissing() {
        Path none = folder.resolve("none.txt");

        assertThat(CommandRun.of("generate", "--model", LLAMA, "--input", none).err())
                .startsWith("peft: There is no file '" + none + "'.");
        assertThat(CommandRun.of("generate", "--model", none, "--input", none).err())
                .startsWith(
                        "peft: '" + none + "' is neither a directory here nor a name of the hub.");
    }

    /** The tests run offline, so the cache alone is asked. */
    @Test
    void looksForNamesOfTheHub() throws IOException {
        Path prompts = Files.writeString(folder.resolve("prompts.txt"), "Who paid?");

        assertThat(CommandRun.of("generate", "--model", "org/nowhere", "--input", prompts).err())
                .startsWith("peft: ")
                .contains("org/nowhere", "HF_HUB_OFFLINE");
        assertThat(
                        CommandRun.of(
                                        "generate",
                                        "--model",
                                        LLAMA,
                                        "--adapter",
                                        "org/nothing",
                                        "--input",
                                        prompts)
                                .err())
                .contains("org/nothing", "HF_HUB_OFFLINE");
    }

    private String ids(Path prompts, Object... more) throws IOException {
        Path json = folder.resolve("ids.json");
        Object[] arguments = new Object[9 + more.length];
        Object[] first = {
            "generate", "--model", LLAMA, "--input", prompts, "--json", json, "--max-new-tokens", 8
        };
        System.arraycopy(first, 0, arguments, 0, first.length);
        System.arraycopy(more, 0, arguments, first.length, more.length);
        CommandRun run = CommandRun.of(arguments);
        assertThat(run.err()).isEmpty();
        return read(json).get(0).getAsJsonObject().get("ids").toString();
    }

    private static JsonArray read(Path json) throws IOException {
        return JsonParser.parseString(Files.readString(json)).getAsJsonArray();
    }

    private Path write(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.writeString(file, content);
        return file;
    }
}
