package io.github.peft4j.task.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts that end an answer and tokens that must not be in it; the ids are Python's. */
class StopStringsTest {

    private static final Path LLAMA = Golden.path("models/llama-causal");
    private static final PromptBatch PROMPT = PromptBatch.of(new long[][] {{5, 7, 9}});

    private static TransformerModel base;
    private static Tokenizer tokenizer;
    private static GenerationConfig greedy;

    @BeforeAll
    static void load() throws IOException {
        base = Transformers.load(LLAMA, TaskType.CAUSAL_LM);
        tokenizer = Tokenizer.fromPretrained(LLAMA);
        greedy =
                GenerationConfig.fromPretrained(LLAMA)
                        .with(Map.of("max_new_tokens", 10, "do_sample", false));
    }

    @AfterAll
    static void close() {
        base.close();
        tokenizer.close();
    }

    private static Stream<Arguments> settings() {
        long[] plain = {5, 7, 9, 283, 263, 196, 245, 237, 163, 50, 263, 152, 206};
        long[] without = {5, 7, 9, 283, 110, 110, 110, 94, 2};
        return Stream.of(
                Arguments.of(Map.of(), plain),
                Arguments.of(
                        Map.of("stop_strings", List.of("/")),
                        new long[] {5, 7, 9, 283, 263, 196, 245, 237, 163, 50}),
                Arguments.of(
                        Map.of("stop_strings", "/"),
                        new long[] {5, 7, 9, 283, 263, 196, 245, 237, 163, 50}),
                Arguments.of(Map.of("stop_strings", List.of("nowhere in this text")), plain),
                Arguments.of(Map.of("suppress_tokens", List.of(263)), without),
                Arguments.of(Map.of("begin_suppress_tokens", List.of(263)), plain),
                Arguments.of(Map.of("bad_words_ids", List.of(List.of(263))), without),
                Arguments.of(
                        Map.of("bad_words_ids", List.of(List.of(283, 263))),
                        new long[] {5, 7, 9, 283, 110, 263, 152, 169, 311, 128, 311, 19, 297}),
                Arguments.of(
                        Map.of("begin_suppress_tokens", List.of(283)),
                        new long[] {5, 7, 9, 263, 10, 283, 191, 346, 115, 50, 263, 1, 1}),
                Arguments.of(
                        Map.of("stop_strings", List.of("/"), "num_beams", 3),
                        new long[] {5, 7, 9, 283, 263, 196, 245, 237, 163, 217, 257, 191, 2}));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void generatesWhatPythonGenerates(Map<String, Object> setting, long[] ids) {
        assertThat(
                        Generator.of(base)
                                .withTokenizer(tokenizer)
                                .generate(PROMPT, greedy.with(setting))
                                .sequences())
                .containsExactly(ImmutableLongArray.copyOf(ids));
    }

    @Test
    void asksForATokenizer() {
        GenerationConfig stopped = greedy.with(Map.of("stop_strings", List.of("/")));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Generator.of(base).generate(PROMPT, stopped))
                .withMessageContaining("stop_strings is [/]")
                .withMessageContaining("Generator.withTokenizer(tokenizer)");
    }

    @Test
    void needsNoFurtherTokenizerToWriteTexts() {
        GenerationConfig stopped = greedy.with(Map.of("stop_strings", List.of("/")));
        try (TextGenerator generator =
                TextGenerator.builder(tokenizer, Generator.of(base), stopped).build()) {
            assertThat(generator.generate(tokenizer.decode(new long[] {5, 7, 9}, false)))
                    .isNotNull();
        }
    }
}
