package io.github.peft4j.task.data.tagging;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.Token;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Words are learned with the tokens that a text has when it is served. */
class TaggedWordsTest {

    private static final ImmutableList<String> LABELS = ImmutableList.of("O", "B-X");

    private static TokenDataset dataset(Tokenizer tokenizer, Words words, String... tags) {
        TaggedText text = new TaggedText(words, ImmutableList.copyOf(tags));
        return TaggedTokens.of(tokenizer, List.of(text), LABELS, EncodeOptions.DEFAULT);
    }

    @Test
    void learnsTheTokensThatAreServed() throws IOException {
        try (Tokenizer roberta = GoldenTokenizers.load("roberta")) {
            TokenDataset data =
                    dataset(roberta, Words.of(List.of("the", "fox", "jumps")), "O", "O", "B-X");

            assertThat(DataFiles.column(data, 0, "input_ids"))
                    .containsExactly(0, 88, 261, 294, 83, 92, 225, 78, 89, 81, 84, 87, 2)
                    .containsExactly(roberta.encode("the fox jumps").ids());
            // the space before a word is its first token, as in Python with add_prefix_space
            assertThat(DataFiles.column(data, 0, "labels"))
                    .containsExactly(
                            -100, 0, -100, 0, -100, -100, 1, -100, -100, -100, -100, -100, -100);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert",
                "bert-cased",
                "mpnet",
                "deberta",
                "t5",
                "roberta",
                "gpt2",
                "opt",
                "qwen2",
                "llama",
                "gemma"
            })
    void learnsThemWithEachTokenizer(String name) throws IOException {
        Words words = Words.of(List.of("Möwe", "🛶", "12", ",", "the", "fox", "jumps", "!"));
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            TokenDataset data =
                    dataset(tokenizer, words, "B-X", "O", "B-X", "O", "B-X", "O", "B-X", "O");

            assertThat(DataFiles.column(data, 0, "input_ids"))
                    .containsExactly(tokenizer.encode(words.text()).ids());
            assertThat(Arrays.stream(DataFiles.column(data, 0, "labels")).filter(x -> x >= 0))
                    .hasSize(8);
            Encoding row = tokenizer.encode(words.inText(), EncodeOptions.DEFAULT);
            for (Token token : row.tokens()) {
                if (token.word() >= 0 && token.chars().start() < token.chars().end()) {
                    String piece =
                            words.text().substring(token.chars().start(), token.chars().end());
                    assertThat(words.word(token.word())).contains(piece.strip());
                }
            }
        }
    }

    /** Groups of letters and signs that the tokenizer cuts differently are found by their place. */
    @ParameterizedTest
    @ValueSource(strings = {"roberta", "gpt2", "qwen2", "gemma"})
    void findsWordsThatTheTokenizerCutsOtherwise(String name) throws IOException {
        Words words = Words.find("I don't, he-he  42nd", Pattern.compile("\\p{Alnum}+|[',-]"));
        try (Tokenizer tokenizer = GoldenTokenizers.load(name)) {
            Encoding row = tokenizer.encode(words.inText(), EncodeOptions.DEFAULT);
            assertThat(row.ids()).isEqualTo(tokenizer.encode(words.text()).ids());
            float[] logits = new float[row.length() * 2];
            for (int i = 0; i < row.length(); i++) {
                boolean digits = row.word(i) >= 0 && words.word(row.word(i)).equals("42nd");
                logits[2 * i + (digits ? 1 : 0)] = 1;
            }

            TaggedText found = new TagDecoder(LABELS, Side.RIGHT).decode(words, row, logits);

            assertThat(found.entities()).hasSize(1);
            assertThat(found.entities().get(0).text()).isEqualTo("42nd");
        }
    }

    /** In Python no token of split words spans two; in a text, as it is served, one can. */
    @Test
    void warnsOnceOfATokenOfTwoWords() throws IOException {
        Words letters = Words.find("the fox", Pattern.compile("\\p{Alnum}"));
        PrintStream before = System.err;
        ByteArrayOutputStream logged = new ByteArrayOutputStream();
        System.setErr(new PrintStream(logged, true, StandardCharsets.UTF_8));
        try (Tokenizer roberta = GoldenTokenizers.load("roberta")) {
            roberta.encode(Words.of(List.of("the", "fox")).inText(), EncodeOptions.DEFAULT);
            assertThat(logged.toString(StandardCharsets.UTF_8)).doesNotContain("two marked words");
            for (int i = 0; i < 2; i++) {
                assertThat(roberta.encode(letters.inText(), EncodeOptions.DEFAULT).ids())
                        .containsExactly(roberta.encode("the fox").ids());
            }
        } finally {
            System.setErr(before);
        }

        assertThat(logged.toString(StandardCharsets.UTF_8))
                .containsOnlyOnce("is a piece of two marked words")
                .contains("counts for the first one");
    }
}
