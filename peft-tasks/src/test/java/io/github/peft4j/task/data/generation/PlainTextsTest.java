package io.github.peft4j.task.data.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTextsTest {

    private static final List<String> TEXTS = List.of("the boat", "the boats leave the quay");

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama"})
    void labelsEveryTokenButPadding(String name) throws IOException {
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            TokenBatch batch = PlainTexts.of(tokenizer, TEXTS, EncodeOptions.DEFAULT).batch(0, 1);

            long[] ids = DataFiles.column(batch, "input_ids");
            long[] mask = DataFiles.column(batch, "attention_mask");
            long[] labels = DataFiles.column(batch, "labels");
            assertThat(mask).contains(0, 1);
            for (int i = 0; i < ids.length; i++) {
                assertThat(labels[i]).isEqualTo(mask[i] == 1 ? ids[i] : -100);
            }
        }
    }

    @Test
    void honoursTruncation() throws IOException {
        try (Tokenizer gpt2 = GoldenTokenizers.load("gpt2")) {
            assertThat(
                            DataFiles.column(
                                    PlainTexts.of(gpt2, TEXTS, EncodeOptions.truncatedTo(3)),
                                    1,
                                    "labels"))
                    .hasSize(3)
                    .isEqualTo(Arrays.copyOf(gpt2.encode(TEXTS.get(1)).ids(), 3));
        }
    }
}
