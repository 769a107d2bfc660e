package io.github.peft4j.task.data.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TargetTextsTest {

    private static final EncodeOptions CUT = EncodeOptions.truncatedTo(24);

    @Test
    void pairsInputsWithTargetsAsHuggingFaceDoes() throws IOException {
        JsonObject expected = DataFiles.expected("seq2seq").getAsJsonObject();
        JsonArray ids = expected.getAsJsonArray("input_ids");
        JsonArray labels = expected.getAsJsonArray("labels");
        List<TextPair> pairs =
                RowReader.tsv()
                        .optSplit("train")
                        .build()
                        .read(DataFiles.path("money.tsv"), TextPair.columns("input", "target"))
                        .rows();
        try (Tokenizer t5 = GoldenTokenizers.load("t5")) {
            TokenDataset dataset = TargetTexts.of(t5, pairs, CUT, CUT);

            assertThat(dataset.size()).isEqualTo(ids.size());
            for (int i = 0; i < ids.size(); i++) {
                long[] target = DataFiles.longs(labels.get(i));
                assertThat(DataFiles.column(dataset, i, "input_ids"))
                        .isEqualTo(DataFiles.longs(ids.get(i)));
                assertThat(DataFiles.column(dataset, i, "labels")).isEqualTo(target);
                assertThat(target[target.length - 1]).isEqualTo(t5.eosId());
                assertThat(dataset.length(i))
                        .isEqualTo(ids.get(i).getAsJsonArray().size() + target.length);
            }
        }
    }

    @Test
    void padsInputsAndTargetsToTheirOwnLongestRows() throws IOException {
        List<TextPair> pairs = List.of(new TextPair("a", "b c d e f"), new TextPair("a b c", "d"));
        try (Tokenizer t5 = GoldenTokenizers.load("t5")) {
            TokenBatch batch = TargetTexts.of(t5, pairs, CUT, CUT).batch(0, 1);

            int width = t5.encode("b c d e f").length();
            HostArray labels = Objects.requireNonNull(batch.columns().get("labels"));
            assertThat(labels.shape()).isEqualTo(new Shape(2, width));
            assertThat(batch.shape()).isEqualTo(new Shape(2, t5.encode("a b c").length()));
            long[] values = DataFiles.column(batch, "labels");
            assertThat(values[values.length - 1]).isEqualTo(-100);
            assertThat(values[width - 1]).isEqualTo(t5.eosId());
            assertThat(batch.columns()).doesNotContainKey("token_type_ids");
        }
    }

    @Test
    void refusesTargetsWithoutTokens() throws IOException {
        EncodeOptions bare = EncodeOptions.builder().optAddSpecialTokens(false).build();
        List<TextPair> blank = List.of(new TextPair("a", "\u00ad"));
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TargetTexts.of(bert, blank, CUT, bare))
                    .withMessageContaining("Target 0 has 0 tokens");
        }
    }
}
