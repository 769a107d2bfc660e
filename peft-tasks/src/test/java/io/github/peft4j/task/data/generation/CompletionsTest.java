package io.github.peft4j.task.data.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionsTest {

    private static List<TextPair> pairs() throws IOException {
        return RowReader.tsv()
                .optSplit("train")
                .build()
                .read(DataFiles.path("money.tsv"), TextPair.columns("input", "target"))
                .rows()
                .stream()
                .map(pair -> new TextPair(pair.first() + " =", " " + pair.second()))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "qwen2"})
    void learnsTheCompletionAndTheEndAlone(String name) throws IOException {
        JsonArray expected =
                DataFiles.expected("completions").getAsJsonObject().getAsJsonArray(name);
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            TokenDataset dataset = Completions.of(tokenizer, pairs(), EncodeOptions.DEFAULT);

            assertThat(dataset.size()).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                JsonObject row = expected.get(i).getAsJsonObject();
                assertThat(DataFiles.column(dataset, i, "input_ids"))
                        .isEqualTo(DataFiles.longs(row.get("ids")));
                assertThat(DataFiles.column(dataset, i, "labels"))
                        .isEqualTo(DataFiles.longs(row.get("labels")));
            }
        }
    }

    @Test
    void cutsCompletionsOnTheRightAndPromptsOnTheLeft() throws IOException {
        EncodeOptions right = EncodeOptions.truncatedTo(27);
        EncodeOptions left = right.toBuilder().optTruncationSide(Side.LEFT).build();
        try (Tokenizer llama = GoldenTokenizers.load("llama")) {
            List<TextPair> first = pairs().subList(0, 1);
            TokenDataset whole = Completions.of(llama, first, EncodeOptions.DEFAULT);
            long[] ids = DataFiles.column(whole, 0, "input_ids");
            long[] labels = DataFiles.column(whole, 0, "labels");
            assertThat(ids).hasSize(34);

            TokenDataset start = Completions.of(llama, first, right);
            assertThat(DataFiles.column(start, 0, "input_ids")).isEqualTo(Arrays.copyOf(ids, 27));
            assertThat(DataFiles.column(start, 0, "labels")).isEqualTo(Arrays.copyOf(labels, 27));

            TokenDataset end = Completions.of(llama, first, left);
            long[] cut = DataFiles.column(end, 0, "input_ids");
            assertThat(cut[0]).isEqualTo(llama.specialId("bos_token").getAsInt());
            assertThat(Arrays.copyOfRange(cut, 1, 27)).isEqualTo(Arrays.copyOfRange(ids, 8, 34));
            assertThat(Arrays.copyOfRange(DataFiles.column(end, 0, "labels"), 1, 27))
                    .isEqualTo(Arrays.copyOfRange(labels, 8, 34));
        }
    }

    @Test
    void refusesPairsOfWhichNothingIsLearned() throws IOException {
        try (Tokenizer gpt2 = GoldenTokenizers.load("gpt2")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Completions.of(gpt2, pairs(), EncodeOptions.truncatedTo(20)))
                    .withMessageContaining("Pair 0: maxLength 20 leaves no token");
        }
    }

    @Test
    void refusesTextsThatShareAToken() throws IOException {
        List<TextPair> joined = List.of(new TextPair("the boat leave", "s"));
        try (Tokenizer gpt2 = GoldenTokenizers.load("gpt2");
                Tokenizer bert = GoldenTokenizers.load("bert")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Completions.of(gpt2, joined, EncodeOptions.DEFAULT))
                    .withMessageContaining(
                            "Pair 0: the end of the prompt 'the boat leave' and the completion 's'"
                                    + " share");
            assertThatIllegalStateException()
                    .isThrownBy(() -> Completions.of(bert, joined, EncodeOptions.DEFAULT))
                    .withMessageContaining("eos_token (null) is not in its vocabulary");
        }
    }
}
