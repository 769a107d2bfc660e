package io.github.peft4j.task.generate.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.task.generate.NewToken;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextStreamerTest {

    private static final String TEXT =
            "Der Zug kam um 7:45 an. \u00dcber 30 G\u00e4ste \u2014 \u65e5\u672c\u8a9e,"
                    + " \ud83d\ude80\ud83c\udf0d! I don't know .  Two  spaces\nand a line.";

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "gemma", "qwen2", "opt", "t5"})
    void piecesAreTheWholeTextAndHoldWholeCharacters(String name) throws Exception {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(tokenizer(name))) {
            long[] ids = tokenizer.encode(TEXT).ids();

            List<String> pieces = pieces(tokenizer, ids);

            assertThat(String.join("", pieces)).isEqualTo(tokenizer.decode(ids, true));
            assertThat(pieces).hasSizeGreaterThan(10).doesNotContain("");
            if (!name.equals("t5")) { // it has no token for some of the characters
                assertThat(pieces).noneMatch(piece -> piece.contains("\uFFFD"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "gemma", "qwen2", "opt", "t5"})
    void tokensInAnyOrderGiveTheirText(String name) throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(tokenizer(name))) {
            for (int run = 0; run < 50; run++) {
                long[] ids = random.longs(40, 0, tokenizer.vocabSize()).toArray();
                assertThat(String.join("", pieces(tokenizer, ids)))
                        .isEqualTo(tokenizer.decode(ids, true));
            }
        }
    }

    @Test
    void aPartOfACharacterWaitsForTheRest() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(Golden.path("models/llama-causal"))) {
            ImmutableLongArray rocket =
                    ImmutableLongArray.copyOf(tokenizer.encode("a\ud83d\ude80b").ids());
            List<String> written = new ArrayList<>();
            TextStreamer streamer = new TextStreamer(tokenizer, written::add);

            rocket.subArray(0, rocket.length() - 1).forEach(streamer::put);
            assertThat(String.join("", written)).isEqualTo("a");
            streamer.put(rocket.get(rocket.length() - 1));
            assertThat(String.join("", written)).isEqualTo("a\ud83d\ude80b");
        }
    }

    @Test
    void theEndWritesWhatNeverBecameWhole() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(Golden.path("models/llama-causal"))) {
            long[] rocket = tokenizer.encode("a\ud83d\ude80").ids();
            List<String> written = new ArrayList<>();
            TextStreamer streamer = new TextStreamer(tokenizer, written::add);

            for (int i = 0; i < rocket.length - 1; i++) {
                streamer.accept(new NewToken(0, rocket[i]));
            }
            streamer.end();

            assertThat(String.join("", written)).isEqualTo("a\uFFFD\uFFFD\uFFFD");
        }
    }

    @Test
    void refusesToMixTexts() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(Golden.path("models/llama-causal"))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () ->
                                    new TextStreamer(tokenizer, text -> {})
                                            .accept(new NewToken(1, 5)))
                    .withMessageContaining("A token belongs to answer 1, but one streamer");
        }
    }

    private static List<String> pieces(Tokenizer tokenizer, long[] ids) {
        List<String> pieces = new ArrayList<>();
        TextStreamer streamer = new TextStreamer(tokenizer, pieces::add);
        for (long id : ids) {
            streamer.put(id);
        }
        streamer.end();
        return pieces;
    }

    private static Path tokenizer(String name) throws URISyntaxException {
        return Path.of(
                Objects.requireNonNull(
                                TextStreamerTest.class.getResource("/golden/tokenizers/" + name))
                        .toURI());
    }
}
