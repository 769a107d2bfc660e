package io.github.peft4j.task.data.tagging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.tokenize.Span;
import io.github.peft4j.task.tokenize.TextInput;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WordsTest {

    private static List<String> words(Words words) {
        return IntStream.range(0, words.size()).mapToObj(words::word).toList();
    }

    @Test
    void findsLettersDigitsAndSignsInAText() {
        Words words = Words.of("Möwe 12b,_a 🛶!");

        assertThat(words(words)).containsExactly("Möwe", "12", "b", ",", "_", "a", "🛶", "!");
        assertThat(words.spans().get(6)).isEqualTo(new Span(12, 14));
        assertThat(words.input())
                .isEqualTo(TextInput.words(List.of("Möwe", "12", "b", ",", "_", "a", "🛶", "!")));
    }

    @Test
    void putsATextTogether() {
        Words spaced = Words.of(List.of("7", ":", "30"));
        Words joined = Words.of(List.of("at", "7", ":", "30"), i -> i == 1);

        assertThat(spaced.text()).isEqualTo("7 : 30");
        assertThat(joined.text()).isEqualTo("at 7:30");
        assertThat(joined.spans()).element(3).isEqualTo(new Span(5, 7));
    }

    @Test
    void refusesTextsWithoutWordsAndSpansOutOfOrder() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Words.of(" "))
                .withMessageContaining("has 0 words");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Words.of(List.of("a", "")))
                .withMessageContaining("word 1 at");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Words("abc", ImmutableList.of(new Span(0, 2), new Span(1, 3))))
                .withMessageContaining("word 1 at Span[start=1, end=3] is empty or overlaps");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Words("abc", ImmutableList.of(new Span(0, 4))));
    }
}
