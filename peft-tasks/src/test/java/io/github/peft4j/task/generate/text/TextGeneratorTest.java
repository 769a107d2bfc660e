package io.github.peft4j.task.generate.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.chat.ChatMessage;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.logits.LogitsProcessor;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.PaddingStrategy;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextGeneratorTest {

    private static final Path LLAMA = Golden.path("models/llama-causal");
    private static final String TEMPLATE =
            "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
                    + "{% if add_generation_prompt %}assistant:{% endif %}";
    private static final String PROMPT = "The boats came back";
    private static final List<ChatMessage> TALK =
            List.of(new ChatMessage("system", "Be brief."), new ChatMessage("user", "Who paid?"));

    @TempDir private static Path chat;

    private static TransformerModel base;
    private static Tokenizer tokenizer;
    private static GenerationConfig config;
    private static TextGenerator texts;

    @BeforeAll
    static void load() throws IOException {
        for (String file :
                List.of(
                        "config.json",
                        "generation_config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json")) {
            Files.copy(LLAMA.resolve(file), chat.resolve(file));
        }
        Files.writeString(chat.resolve("chat_template.jinja"), TEMPLATE);
        base = Transformers.load(chat, TaskType.CAUSAL_LM);
        tokenizer = Tokenizer.fromPretrained(chat);
        config = greedy(GenerationConfig.fromPretrained(chat));
        texts = TextGenerator.builder(tokenizer, Generator.of(base), config).build();
    }

    @AfterAll
    static void close() {
        texts.close();
        tokenizer.close();
        base.close();
    }

    private static GenerationConfig greedy(GenerationConfig config) {
        return config.toBuilder().optMaxLength(null).optMaxNewTokens(12).optDoSample(false).build();
    }

    private static String throughIds(long[] ids, GenerationConfig config) {
        GenerationResult result =
                Generator.of(base).generate(PromptBatch.of(new long[][] {ids}), config);
        return tokenizer.decode(result.newTokens(0).toArray(), true);
    }

    @Test
    void aTextIsAnsweredAsItsIdsAre() {
        String expected = throughIds(tokenizer.encode(PROMPT).ids(), config);

        assertThat(texts.generate(PROMPT)).isEqualTo(expected).isNotEmpty();
    }

    @Test
    void aConversationGoesThroughTheTemplate() {
        String expected = throughIds(tokenizer.encodeChat(TALK).ids(), config);
        List<String> pieces = new ArrayList<>();

        assertThat(texts.prompt(TALK).text())
                .isEqualTo(tokenizer.chatTemplate().render(TALK, true))
                .contains("Who paid?");
        assertThat(texts.chat(TALK)).isEqualTo(expected);
        assertThat(texts.chat(TALK, pieces::add)).isEqualTo(expected);
        assertThat(String.join("", pieces)).isEqualTo(expected);
    }

    @Test
    void aBatchAnswersAsItsPromptsDoOneByOne() {
        List<String> prompts = List.of(PROMPT, "Hi", "One two three four five six");

        assertThat(texts.generateAll(prompts))
                .isEqualTo(prompts.stream().map(texts::generate).toList())
                .doesNotHaveDuplicates();
        assertThat(texts.generateAll(List.of())).isEmpty();
    }

    @Test
    void aBatchOfAnEncoderIsPaddedOnTheRight() throws IOException {
        Path t5 = Golden.path("models/t5-seq2seq");
        try (TransformerModel model = Transformers.load(t5, TextGenerator.task(t5))) {
            assertThat(Generator.of(model).paddingSide()).hasToString("RIGHT");
            assertThat(Generator.of(base).paddingSide()).hasToString("LEFT");
        }
    }

    @Test
    void piecesAreTheTextAndHoldWholeCharacters() {
        String said = "a\u65e5\u672c \ud83d\ude80 b";
        long[] ids = tokenizer.encode(said).ids();
        LogitsProcessor dictation =
                (row, scores) -> {
                    Arrays.fill(scores, Float.NEGATIVE_INFINITY);
                    scores[(int) ids[row.length() - row.promptLength()]] = 0;
                };
        GenerationConfig asLong =
                config.toBuilder().optMaxNewTokens(ids.length).optEosTokenId().build();
        TextGenerator dictated =
                TextGenerator.builder(tokenizer, Generator.of(base).with(dictation), asLong)
                        .build();
        List<String> pieces = new ArrayList<>();

        GeneratedText text = dictated.generate(dictated.prompt(PROMPT), pieces::add);

        assertThat(text).isEqualTo(new GeneratedText(ImmutableLongArray.copyOf(ids), said));
        assertThat(dictated.generate(PROMPT)).isEqualTo(said);
        assertThat(String.join("", pieces)).isEqualTo(said);
        assertThat(pieces).hasSizeGreaterThan(1).noneMatch(piece -> piece.contains("\uFFFD"));
    }

    @Test
    void beamsTellTheirTextAtTheEnd() {
        GenerationConfig beams = config.with(Map.of("num_beams", 2));
        TextGenerator search = TextGenerator.builder(tokenizer, Generator.of(base), beams).build();
        List<String> pieces = new ArrayList<>();

        String text = search.generate(PROMPT, pieces::add);

        assertThat(text).isEqualTo(search.generate(PROMPT)).isEqualTo(String.join("", pieces));
    }

    @Test
    void loadsACheckpointAlone() throws IOException {
        try (TextGenerator loaded = TextGenerator.fromPretrained(chat)) {
            GenerationConfig own = GenerationConfig.fromPretrained(chat);
            String expected = throughIds(tokenizer.encode(PROMPT).ids(), own);
            assertThat(own.sampling().doSample()).isFalse();
            assertThat(loaded.generate(PROMPT)).isEqualTo(expected);
        }
    }

    @Test
    void loadsACheckpointWithAnAdapter() throws IOException {
        try (TextGenerator bare = TextGenerator.fromPretrained(LLAMA);
                TextGenerator adapted =
                        TextGenerator.fromPretrained(
                                LLAMA, Golden.path("adapters/lora-causal-llama"))) {
            assertThat(adapted.generate(PROMPT)).isNotEqualTo(bare.generate(PROMPT));
        }
    }

    @Test
    void refusesPromptsThatNoAnswerCanFollow() {
        TextGenerator bare =
                TextGenerator.builder(tokenizer, Generator.of(base), config)
                        .optEncoding(EncodeOptions.builder().optAddSpecialTokens(false).build())
                        .build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> bare.generate(""))
                .withMessage(
                        "The prompt '' has no token in the model's vocabulary. Write another"
                                + " prompt.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> texts.chat(List.of()))
                .withMessageContaining("The conversation has 0 messages");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> texts.check(texts.prompt("word ".repeat(300))))
                .withMessageContaining("The longest prompt has ")
                .withMessageContaining(" positions. Shorten it.");
    }

    @Test
    void refusesAConversationWithoutATemplate() throws IOException {
        try (TextGenerator plain = TextGenerator.fromPretrained(LLAMA)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> plain.chat(TALK))
                    .withMessageContaining("has no chat template");
        }
    }

    @Test
    void refusesOptionsThatDoNotFit() {
        GenerationConfig several = config.with(Map.of("num_beams", 2, "num_return_sequences", 2));
        TextGenerator.Builder padded =
                TextGenerator.builder(tokenizer, Generator.of(base), config)
                        .optEncoding(
                                EncodeOptions.builder()
                                        .optPadding(PaddingStrategy.LONGEST)
                                        .build());

        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> TextGenerator.builder(tokenizer, Generator.of(base), several).build())
                .withMessageContaining("num_return_sequences is 2");
        assertThatIllegalArgumentException()
                .isThrownBy(padded::build)
                .withMessageContaining("The padding of the encoding is LONGEST");
    }

    @Test
    void closesWhatItLoaded() throws IOException {
        TextGenerator loaded = TextGenerator.fromPretrained(chat);
        loaded.close();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> loaded.generate(PROMPT));
    }
}
