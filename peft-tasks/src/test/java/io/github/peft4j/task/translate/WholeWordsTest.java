package io.github.peft4j.task.translate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.task.tokenize.Span;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class WholeWordsTest {

    /** Tokens: [CLS] the boat ##s le ##a ##ve 🙂 the q ##u ##a ##y [SEP]. */
    private static final String TEXT = "The boats leave 🙂 the quay";

    @Test
    void takesTheRestOfTheFirstAndTheLastWord() throws IOException {
        try (Tokenizer tokenizer = SmallTokenizer.load()) {
            int quay = TEXT.indexOf("quay");

            assertThat(widened(tokenizer, quay + 1, quay + 3)).isEqualTo("quay");
            assertThat(widened(tokenizer, 8, 12)).isEqualTo("boats leave");
            assertThat(widened(tokenizer, 4, 9)).isEqualTo("boats");
            assertThat(widened(tokenizer, 4, quay + 1)).isEqualTo("boats leave 🙂 the quay");
        }
    }

    private static String widened(Tokenizer tokenizer, int start, int end) {
        Span chars = WholeWords.widened(tokenizer.encode(TEXT), new Span(start, end));
        return TEXT.substring(chars.start(), chars.end());
    }
}
