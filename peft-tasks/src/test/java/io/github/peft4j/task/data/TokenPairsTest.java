package io.github.peft4j.task.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenPairsTest {

    private static final List<TextPair> PAIRS =
            List.of(
                    new TextPair("the boats leave the quay", "boat"),
                    new TextPair("the quay", "the boat"),
                    new TextPair("boat", "quay"));

    @Test
    void keepsPairsAligned() throws IOException {
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            TokenPairs pairs = TokenPairs.of(bert, PAIRS, EncodeOptions.truncatedTo(6));

            TokenBatch batch = pairs.batch(2, 1);
            TokenBatch first = TokenPairs.first(batch);
            TokenBatch second = TokenPairs.second(batch);

            assertThat(batch.columns().keySet())
                    .containsExactly(
                            "input_ids",
                            "attention_mask",
                            "token_type_ids",
                            "pair_input_ids",
                            "pair_attention_mask",
                            "pair_token_type_ids");
            for (String name : List.of("input_ids", "attention_mask", "token_type_ids")) {
                assertThat(DataFiles.column(first, name))
                        .isEqualTo(DataFiles.column(pairs.firstTexts().batch(2, 1), name));
                assertThat(DataFiles.column(second, name))
                        .isEqualTo(DataFiles.column(pairs.secondTexts().batch(2, 1), name));
            }
            assertThat(first.columns()).hasSize(3);
            assertThat(DataFiles.column(pairs, 0, "input_ids")).hasSize(6);
            assertThat(DataFiles.column(pairs, 0, "pair_input_ids"))
                    .isEqualTo(bert.encode("boat").ids());
            assertThat(pairs.length(0)).isEqualTo(9);
            assertThat(second.indices()).isEqualTo(batch.indices());
        }
    }

    @Test
    void refusesBatchesAndTextsThatAreNoPairs() throws IOException {
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            TokenBatch single =
                    TokenDataset.unlabeled(
                                    bert, List.of(TextInput.of("boat")), EncodeOptions.DEFAULT)
                            .batch(0);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TokenPairs.second(single))
                    .withMessageContaining("lack input_ids");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TextPair("boat", " "))
                .withMessageContaining("the pair ('boat', ' ') lacks a text");
    }
}
