package io.github.peft4j.task.generate.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.Folders;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.logits.LogitsProcessor;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An answer in a conversation ends at the end of its turn, also where the generation config and the
 * tokenizer name another token.
 */
class TurnEndsTest {

    private static final int END_OF_TEXT = 317;
    private static final int TURN = 318;
    private static final int END_OF_TURN = 319;
    private static final List<ChatMessage> TALK = List.of(new ChatMessage("user", "Who paid?"));

    @TempDir private static Path base;
    @TempDir private static Path other;

    private static TransformerModel model;
    private static Tokenizer tokenizer;
    private static GenerationConfig config;

    /** A checkpoint whose files were made before its training on conversations. */
    @BeforeAll
    static void load() throws IOException {
        Folders.copy(Golden.path("models/qwen3-causal"), base);
        Folders.copy(Folders.resource("golden/tokenizers/qwen2"), base);
        Files.writeString(base.resolve("generation_config.json"), "{\"eos_token_id\": 317}");
        Path settings = base.resolve("tokenizer_config.json");
        Files.writeString(
                settings,
                Files.readString(settings)
                        .replace(
                                "\"eos_token\": \"<|im_end|>\"",
                                "\"eos_token\": \"<|endoftext|>\""));
        model = Transformers.load(base, TaskType.CAUSAL_LM);
        tokenizer = Tokenizer.fromPretrained(base);
        config = GenerationConfig.fromPretrained(base).with(Map.of("max_new_tokens", 5));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
        model.close();
    }

    private static TextGenerator saying(GenerationConfig how, long... ids) {
        LogitsProcessor dictation =
                (row, scores) -> {
                    Arrays.fill(scores, Float.NEGATIVE_INFINITY);
                    scores[(int) ids[row.length() - row.promptLength()]] = 0;
                };
        return TextGenerator.builder(tokenizer, Generator.of(model).with(dictation), how).build();
    }

    private static GeneratedText answer(TextGenerator generator, TextPrompt prompt) {
        return generator.generatePrompts(List.of(prompt)).get(0);
    }

    @Test
    void aConversationEndsWithItsTurnAndATextDoesNot() {
        TextGenerator generator = saying(config, 5, END_OF_TURN, 6, TURN, 7);

        assertThat(generator.prompt(TALK).ends()).containsExactly(END_OF_TEXT, END_OF_TURN);
        assertThat(answer(generator, generator.prompt(TALK)).ids())
                .isEqualTo(ImmutableLongArray.of(5, END_OF_TURN));
        assertThat(answer(generator, generator.prompt("Who paid?")).ids())
                .isEqualTo(ImmutableLongArray.of(5, END_OF_TURN, 6, TURN, 7));
    }

    @Test
    void theConfigsTokensEndAConversationToo() {
        TextGenerator own = saying(config.with(Map.of("eos_token_id", 6)), 5, 6, 7, 8, 9);
        TextGenerator checkpoints =
                saying(
                        GenerationConfig.builder().optMaxNewTokens(5).build(),
                        5,
                        END_OF_TEXT,
                        7,
                        8,
                        9);

        assertThat(answer(own, own.prompt(TALK)).ids()).isEqualTo(ImmutableLongArray.of(5, 6));
        assertThat(answer(checkpoints, checkpoints.prompt(TALK)).ids())
                .isEqualTo(ImmutableLongArray.of(5, END_OF_TEXT));
    }

    @Test
    void textsAndConversationsOfOneListEndByThemselves() {
        TextGenerator generator = saying(config, 5, END_OF_TURN, 6, TURN, 7);
        TextPrompt talk = generator.prompt(TALK);
        TextPrompt text = generator.prompt("Who paid?");

        assertThat(generator.generatePrompts(List.of(text, talk, text)))
                .extracting(answer -> answer.ids().length())
                .containsExactly(5, 2, 5);
        StringBuilder pieces = new StringBuilder();
        assertThat(generator.generate(talk, pieces::append).ids().length()).isEqualTo(2);
    }

    /** What the published templates of these families write behind an answer. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'{{m.content}}<|im_end|>'; 317 319",
                "' {{m.content}} <|im_end|>'; 317 319",
                "'{{m.content | trim}}\n<|im_end|>\n'; 317 319",
                "'{{m.content}}{{eos_token}}'; 317",
                "'{{m.role}}: {{m.content}}\n'; 317",
                "'{{m.content}} said'; 317",
                "'{{m.content | upper}}'; 317",
                "'{{ raise_exception(\"no system turn\") }}'; 317",
                "''; 317"
            })
    void findsTheTokenBehindAnAnswer(String turn, String ends) throws IOException {
        Folders.copy(base, other);
        Files.writeString(
                other.resolve("chat_template.jinja"),
                "{% for m in messages %}" + turn + "{% endfor %}");

        try (Tokenizer templated = Tokenizer.fromPretrained(other)) {
            assertThat(TurnEnds.of(templated).stream().map(String::valueOf))
                    .containsExactlyInAnyOrder(ends.split(" "));
        }
    }
}
