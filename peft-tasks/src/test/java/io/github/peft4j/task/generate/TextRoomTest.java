package io.github.peft4j.task.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts that no machine has room for are refused before the first is begun. */
class TextRoomTest {

    private static TransformerModel model;

    @BeforeAll
    static void load() throws IOException {
        model = Transformers.load(Golden.path("models/gpt2-causal"), TaskType.CAUSAL_LM);
    }

    @AfterAll
    static void free() {
        model.close();
    }

    private static void generate(Map<String, ?> values) {
        long[][] ids = {{5, 6, 7}, {0, 5, 6}};
        long[][] mask = {{1, 1, 1}, {0, 1, 1}};
        Generator.of(model)
                .generate(
                        PromptBatch.of(ids, mask), GenerationConfig.builder().build().with(values));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2147483647 | num_beams is 2147483647, but the vocabulary has ",
                "1000000 | num_beams is 1000000, but the vocabulary has ",
                "100000 | so many texts do not differ in their first token. Set at most "
            })
    void refusesMoreBeamsThanTokens(int beams, String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> generate(Map.of("num_beams", beams)))
                .withMessageContaining(text);
    }

    @Test
    void refusesMoreAnswersThanMemory() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                generate(
                                        Map.of(
                                                "num_return_sequences",
                                                Integer.MAX_VALUE,
                                                "do_sample",
                                                true)))
                .withMessageStartingWith("num_return_sequences is 2147483647, but 4294967294 texts")
                .withMessageContaining("Java's heap has")
                .withMessageEndingWith("Set a smaller one, or give Java more memory (-Xmx).");
    }

    @Test
    void refusesLengthsThatNoTextHas() {
        for (String key : new String[] {"max_new_tokens", "max_length"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> generate(Map.of(key, Integer.MAX_VALUE)))
                    .withMessageStartingWith(key + " is 2147483647, but a text has at most");
        }
    }

    @Test
    void letsOrdinaryTextsPass() {
        generate(Map.of("num_beams", 4, "num_return_sequences", 4, "max_new_tokens", 3));
        generate(Map.of("num_return_sequences", 8, "do_sample", true, "max_length", 6));
        assertThat(model.parameters()).isNotEmpty();
    }
}
