package io.github.peft4j.task.data.qa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.Span;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnswerFinderTest {

    private static final String CONTEXT = "the 🛶 boat the quay the boats leave";

    private Tokenizer bert;
    private QuestionWindows windows;
    private float[][] starts;
    private float[][] ends;
    private int first;

    /** One question in one window, all logits 0, and one question in two windows. */
    @BeforeEach
    void cut() throws IOException {
        bert = GoldenTokenizers.load("bert");
        List<Question> questions = List.of(question("boat"), question(CONTEXT));
        int length = bert.encode("the?", CONTEXT, EncodeOptions.DEFAULT).length();
        windows = QuestionWindows.of(bert, questions, length - 2, 1);
        assertThat(windows.size()).isEqualTo(3);
        first = windows.contextTokens(1).start();
        starts = new float[3][length + 3];
        ends = new float[3][length + 3];
    }

    private static Question question(String context) {
        return new Question("q", "the?", context, ImmutableList.of());
    }

    @AfterEach
    void close() {
        bert.close();
    }

    private FoundAnswer find(AnswerFinder finder) {
        return finder.find(windows, starts, ends).get(1);
    }

    @Test
    void findsTheBestPieceOfThePassage() {
        starts[1][first + 1] = 2;
        ends[1][first + 2] = 3;

        FoundAnswer answer = find(new AnswerFinder());

        assertThat(answer.text()).isEqualTo("🛶 boat");
        assertThat(answer.chars()).isEqualTo(new Span(4, 11));
        assertThat(answer.score()).isEqualTo(5);
        assertThat(answer.answered()).isTrue();
    }

    @Test
    void looksNeitherOutsideOfThePassageNorBackwards() {
        starts[1][first - 1] = 100;
        ends[1][windows.contextTokens(1).end()] = 100;
        ends[1][windows.length(1) + 1] = 100;
        starts[1][first + 3] = 9;
        ends[1][first + 1] = 8;
        starts[1][first] = 2;

        assertThat(find(new AnswerFinder()).text()).isEqualTo("the 🛶");
    }

    @Test
    void boundsTheLengthOfAnswers() {
        starts[1][first] = 5;
        ends[1][first + 3] = 5;
        ends[1][first + 2] = 4;

        assertThat(find(new AnswerFinder(4, false)).text()).isEqualTo("the 🛶 boat the");
        assertThat(find(new AnswerFinder(3, false)).text()).isEqualTo("the 🛶 boat");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AnswerFinder(0, false))
                .withMessageContaining("maxAnswerTokens 0");
    }

    @Test
    void takesTheBestOfAllWindows() {
        starts[1][first] = 3;
        starts[2][windows.contextTokens(2).end() - 1] = 7;

        assertThat(find(new AnswerFinder()).text()).isEqualTo("ve");
    }

    @Test
    void givesNoAnswerIfNothingScoresHigherInEveryWindow() {
        starts[1][0] = 3;
        ends[1][0] = 1;
        starts[2][0] = 6;
        starts[1][first] = 3;

        FoundAnswer none = find(new AnswerFinder());

        assertThat(none.answered()).isFalse();
        assertThat(none.text()).isEmpty();
        assertThat(none.nullScore()).isEqualTo(4);
        assertThat(none.score()).isEqualTo(3);
        starts[1][0] = 8;
        starts[2][0] = 4;
        assertThat(find(new AnswerFinder()).nullScore()).isEqualTo(4);
        assertThat(find(new AnswerFinder(30, true)).text()).isEqualTo("the");
        starts[1][first] = 4;
        assertThat(find(new AnswerFinder()).text()).isEqualTo("the");
    }

    @Test
    void keepsQuestionsApart() {
        starts[1][first] = 9;

        assertThat(new AnswerFinder().find(windows, starts, ends))
                .extracting(FoundAnswer::text)
                .containsExactly("boat", "the");
    }

    @Test
    void refusesLogitsThatDoNotFit() {
        AnswerFinder finder = new AnswerFinder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> finder.find(windows, new float[2][20], ends))
                .withMessageContaining("2 rows of start logits and 3 of end logits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> finder.find(windows, new float[3][3], ends))
                .withMessageContaining("Window 0 has 3 start logits");
        starts[1][0] = Float.NaN;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> find(finder))
                .withMessageContaining("logits of question q are not finite");
    }
}
