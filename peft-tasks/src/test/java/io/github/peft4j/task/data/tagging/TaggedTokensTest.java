package io.github.peft4j.task.data.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaggedTokensTest {

    private static final EncodeOptions CUT = EncodeOptions.truncatedTo(40);

    private static TaggedDataset pii() throws IOException {
        return TaggedTextReader.table(RowReader.tsv().build()).read(DataFiles.path("pii.tsv"));
    }

    private static TaggedText text(String words, String... tags) {
        return new TaggedText(Words.of(words), ImmutableList.copyOf(tags));
    }

    @ParameterizedTest
    @CsvSource({
        "tagging, bert, FIRST_TOKEN",
        "tagging, mpnet, FIRST_TOKEN",
        "tagging, deberta, FIRST_TOKEN",
        "tagging_all, bert, ALL_TOKENS",
        "tagging_all, deberta, ALL_TOKENS"
    })
    void labelsTokensAsHuggingFaceDoes(String task, String name, LabelAlignment place)
            throws IOException {
        JsonObject expected = DataFiles.expected(task).getAsJsonObject().getAsJsonObject(name);
        TaggedDataset texts = pii();
        List<String> labels =
                expected.getAsJsonArray("names").asList().stream()
                        .map(JsonElement::getAsString)
                        .toList();
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            TokenDataset dataset = TaggedTokens.of(tokenizer, texts.rows(), labels, CUT, place);

            assertThat(texts.labels()).containsExactlyInAnyOrderElementsOf(labels);
            assertThat(dataset.labels()).isEqualTo(labels);
            JsonArray rows = expected.getAsJsonArray("rows");
            assertThat(dataset.size()).isEqualTo(rows.size());
            for (int i = 0; i < rows.size(); i++) {
                JsonObject row = rows.get(i).getAsJsonObject();
                assertThat(DataFiles.column(dataset, i, "input_ids"))
                        .isEqualTo(DataFiles.longs(row.get("ids")));
                assertThat(DataFiles.column(dataset, i, "labels"))
                        .isEqualTo(DataFiles.longs(row.get("labels")));
            }
        }
    }

    @Test
    void padsLabelsOnTheTokenizersSide() throws IOException {
        List<TaggedText> texts = List.of(text("boats", "B-X"), text("the boats", "O", "B-X"));
        try (Tokenizer bert = GoldenTokenizers.load("bert");
                Tokenizer llama = GoldenTokenizers.load("llama")) {
            TokenBatch right =
                    TaggedTokens.of(bert, texts, List.of("O", "B-X"), EncodeOptions.DEFAULT)
                            .batch(0, 1);
            TokenBatch left =
                    TaggedTokens.of(llama, texts, List.of("O", "B-X"), EncodeOptions.DEFAULT)
                            .batch(0, 1);

            assertThat(DataFiles.column(right, "labels"))
                    .startsWith(-100, 1)
                    .hasSize(2 * (int) right.shape().get(1));
            HostArray labels = Objects.requireNonNull(right.columns().get("labels"));
            assertThat(labels.shape()).isEqualTo(right.shape());
            assertThat(labels.shape()).isNotEqualTo(new Shape(2));
            long[] mask = DataFiles.column(left, "attention_mask");
            long[] padded = DataFiles.column(left, "labels");
            assertThat(mask[0]).isZero();
            assertThat(padded[0]).isEqualTo(-100);
            for (int i = 0; i < mask.length; i++) {
                assertThat(mask[i] == 1 || padded[i] == -100).isTrue();
            }
        }
    }

    @Test
    void turnsLogitsBackIntoEntities() throws IOException {
        ImmutableList<String> labels = ImmutableList.of("O", "B-X", "I-X");
        Words words = Words.of("the 🛶 boats leave");
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            Encoding row = bert.encode(words.input(), EncodeOptions.DEFAULT);
            for (Side side : Side.values()) {
                int padding = 2;
                float[] logits = new float[(row.length() + padding) * 3];
                int shift = side == Side.LEFT ? padding : 0;
                int last = -1;
                for (int i = 0; i < row.length(); i++) {
                    int word = row.tokens().get(i).word();
                    int label = word == last ? 0 : word == 1 ? 1 : word == 2 ? 2 : 0;
                    logits[(i + shift) * 3 + label] = 1;
                    last = word;
                }

                TaggedText found = new TagDecoder(labels, side).decode(words, row, logits);

                assertThat(found.tags()).containsExactly("O", "B-X", "I-X", "O");
                assertThat(found.entities()).extracting(Entity::text).containsExactly("🛶 boats");
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () ->
                                    new TagDecoder(labels, Side.RIGHT)
                                            .decode(words, row, new float[3]))
                    .withMessageContaining("3 logits do not fit");
        }
    }

    @Test
    void countsWordsThatWereCutOffAsOutside() throws IOException {
        Words words = Words.of("the the the the");
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            Encoding row = bert.encode(words.input(), EncodeOptions.truncatedTo(4));
            float[] logits = new float[row.length() * 2];
            for (int i = 0; i < row.length(); i++) {
                logits[2 * i + 1] = 1;
            }

            assertThat(
                            new TagDecoder(ImmutableList.of("O", "B-X"), Side.RIGHT)
                                    .decode(words, row, logits)
                                    .tags())
                    .containsExactly("B-X", "B-X", "O", "O");
        }
    }

    @Test
    void refusesUnknownTagsAndMissingLabels() throws IOException {
        List<TaggedText> texts = List.of(text("the", "O"), text("boat", "B-X"));
        try (Tokenizer bert = GoldenTokenizers.load("bert")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TaggedTokens.of(bert, texts, List.of("O"), CUT))
                    .withMessageContaining("Text 1: label 'B-X' is none of [O]");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TaggedTokens.of(bert, texts, List.of(), CUT))
                    .withMessageContaining("labels [] name no tag");
            assertThat(
                            TaggedTokens.unlabeled(bert, List.of(Words.of("the")), CUT)
                                    .batch(0)
                                    .columns())
                    .doesNotContainKey("labels");
        }
    }
}
