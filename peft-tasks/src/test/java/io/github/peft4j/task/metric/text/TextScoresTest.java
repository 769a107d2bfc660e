package io.github.peft4j.task.metric.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextScoresTest {

    private static AnswerScores answer(String predicted, String... answers) {
        AnswerScores scores = new AnswerScores();
        scores.update(predicted, List.of(answers));
        return scores;
    }

    @Test
    void comparesAnswersWithoutCapitalsPunctuationAndArticles() {
        assertThat(AnswerText.words("The  Cat's „hat“, a b-c"))
                .containsExactly("cats", "„hat“", "bc");
        assertThat(AnswerText.words("an\u00a0apple\u001cpie the")).containsExactly("apple", "pie");
        assertThat(AnswerText.words("theatre AN_the x the-a y"))
                .containsExactly("theatre", "anthe", "x", "thea", "y");
        // Python's \b: an accent of its own is no part of a word
        assertThat(AnswerText.words("a\u0301 b")).containsExactly("\u0301", "b");
        assertThat(answer("Denver Broncos!", "the denver  broncos").exactMatch()).isEqualTo(1);
        assertThat(answer("Denver", "Denver Broncos").exactMatch()).isZero();
    }

    @Test
    void countsTheWordsThatAnswersShare() {
        // cat sat on mat; cat on mat on: 3 in both
        assertThat(answer("a cat on mat on", "the cat sat on the mat").f1()).isEqualTo(0.75);
        assertThat(answer("x", "y").f1()).isZero();
        assertThat(answer("b c", "a b", "b c d", "z").f1()).isCloseTo(0.8, within(1e-15));
    }

    @Test
    void expectsNoAnswerWhereThereIsNone() {
        assertThat(answer("").exactMatch()).isEqualTo(1);
        assertThat(answer("").f1()).isEqualTo(1);
        assertThat(answer("something").exactMatch()).isZero();
        assertThat(answer("something").f1()).isZero();
        assertThat(answer("", "something").f1()).isZero();
        // answers that are nothing after normalisation do not count
        assertThat(answer("", "the", "x").exactMatch()).isZero();
        assertThat(answer("the", "...").f1()).isEqualTo(1);
    }

    @Test
    void takesTheMeanOverQuestions() {
        AnswerScores scores = answer("yes", "yes");
        scores.update("no way", List.of("no"));

        assertThat(scores.exactMatch()).isEqualTo(0.5);
        assertThat(scores.f1()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-15));
        assertThat(scores.total()).isEqualTo(2);
        assertThatIllegalStateException()
                .isThrownBy(() -> new AnswerScores().f1())
                .withMessageContaining("0 answers");
    }

    @Test
    void equalsRougeScore() {
        // rouge_score 0.1.2, rougeL, use_stemmer=False
        assertRouge(
                "The quick brown fox jumps over the lazy dog.",
                "the quick dog jumps on the LAZY brown dog",
                6 / 9.0,
                6 / 9.0);
        assertRouge("a b c d", "d c b a", 0.25, 0.25);
        assertRouge("naïve café", "naive cafe", 0, 0);
        assertRouge("it's 3.5%", "its 3 5", 2 / 3.0, 0.5);
        assertRouge("police killed the gunman", "police kill the gunman", 0.75, 0.75);
        // a word of the reference counts once
        assertRouge("a", "a a", 0.5, 1);
        assertRouge("", "x", 0, 0);
        assertRouge("x", "!!!", 0, 0);
        assertThat(RougeL.score("its 3 5", "it's 3.5%").f1()).isCloseTo(4 / 7.0, within(1e-15));
    }

    private static void assertRouge(
            String reference, String predicted, double precision, double recall) {
        assertThat(RougeL.score(predicted, reference))
                .as(predicted)
                .isEqualTo(new PrecisionRecall(precision, recall));
    }

    @Test
    void takesTheBestReferenceAndTheMeanOverTexts() {
        RougeL rouge = new RougeL();
        rouge.update("a b", List.of("c", "a b", "a"));
        rouge.update("a b", "a c");

        assertThat(rouge.value()).isEqualTo(0.75);
        assertThatIllegalStateException()
                .isThrownBy(() -> new RougeL().value())
                .withMessageContaining("0 texts");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rouge.update("a", List.of()))
                .withMessageContaining("0 references");
    }

    @Test
    void weighsPerplexityByTokens() {
        Perplexity perplexity = new Perplexity();
        perplexity.update(3 * Math.log(2), 3);
        perplexity.update(Math.log(32), 1);
        perplexity.update(0, 0);

        // the mean of -ln p over 4 tokens is 2 ln 2
        assertThat(perplexity.value()).isCloseTo(4, within(1e-14));
        assertThat(perplexity.tokens()).isEqualTo(4);
        perplexity.update(Double.POSITIVE_INFINITY, 1);
        assertThat(perplexity.value()).isInfinite();
    }

    @Test
    void refusesLossesThatCannotBe() {
        Perplexity perplexity = new Perplexity();
        assertThatIllegalStateException()
                .isThrownBy(perplexity::value)
                .withMessageContaining("0 tokens");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> perplexity.update(1, 0))
                .withMessageContaining("1.0 over 0 tokens");
        assertThatIllegalArgumentException().isThrownBy(() -> perplexity.update(1, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> perplexity.update(-1, 1))
                .withMessageContaining("-1.0 is negative");
    }
}
