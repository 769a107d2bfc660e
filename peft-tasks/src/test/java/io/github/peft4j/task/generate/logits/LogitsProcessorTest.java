package io.github.peft4j.task.generate.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.generate.internal.Softmax;
import org.junit.jupiter.api.Test;

class LogitsProcessorTest {

    private static final float NO = Float.NEGATIVE_INFINITY;

    @Test
    void repetitionPenaltyDividesPositiveAndMultipliesNegativeScoresOnce() {
        TokenRow row = row(0, 1, 2, 1);

        float[] scores = processed(new RepetitionPenalty(2), row, 5, 4, -3, 1, 0.5f);

        assertThat(scores).containsExactly(2.5f, 2, -6, 1, 0.5f);
    }

    @Test
    void repetitionPenaltyOverlooksPaddingButCountsThatTokenBehindIt() {
        TokenRow padded = new Row(new long[] {0, 0, 1}, 2, 3);

        assertThat(processed(new RepetitionPenalty(2), padded, 5, 4)).containsExactly(5, 2);

        TokenRow longer = new Row(new long[] {0, 0, 1, 0}, 2, 3);
        assertThat(processed(new RepetitionPenalty(2), longer, 5, 4)).containsExactly(2.5f, 2);
    }

    @Test
    void repetitionPenaltyOverlooksTokensThatCannotBeGenerated() {
        assertThat(processed(new RepetitionPenalty(2), row(7, 0), 4, 4)).containsExactly(2, 4);
    }

    @Test
    void noRepeatNgramsForbidsWhatWouldCompleteAnEarlierOne() {
        TokenRow row = row(1, 2, 3, 1, 2); // 1 2 3 is there, so 3 must not follow 1 2

        assertThat(processed(new NoRepeatNgrams(3), row, 1, 1, 1, 1)).containsExactly(1, 1, 1, NO);
        assertThat(processed(new NoRepeatNgrams(2), row, 1, 1, 1, 1)).containsExactly(1, 1, 1, NO);
        assertThat(processed(new NoRepeatNgrams(1), row, 1, 1, 1, 1))
                .containsExactly(1, NO, NO, NO);
        assertThat(processed(new NoRepeatNgrams(4), row, 1, 1, 1, 1)).containsExactly(1, 1, 1, 1);
    }

    @Test
    void noRepeatNgramsForbidsNothingInATextThatIsShorter() {
        assertThat(processed(new NoRepeatNgrams(4), row(1, 1), 1, 1)).containsExactly(1, 1);
    }

    @Test
    void minLengthForbidsTheEndOfAShortText() {
        MinLength three = new MinLength(3, ImmutableSet.of(0, 2, 9));

        assertThat(processed(three, row(1, 1), 1, 1, 1)).containsExactly(NO, 1, NO);
        assertThat(processed(three, row(1, 1, 1), 1, 1, 1)).containsExactly(1, 1, 1);
    }

    @Test
    void forcedTokensAllowNothingElseAtTheirPlace() {
        ForcedTokens second = new ForcedTokens(1, ImmutableSet.of(2));

        assertThat(processed(second, row(5), 1, 1, 1)).containsExactly(NO, NO, 0);
        assertThat(processed(second, row(5, 5), 1, 1, 1)).containsExactly(1, 1, 1);
    }

    @Test
    void forcedTokensRefuseWhatIsNotInTheVocabulary() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> processed(new ForcedTokens(1, ImmutableSet.of(3)), row(5), 1, 1, 1))
                .withMessageContaining("Token 3 is forced, but the model has 3.");
    }

    @Test
    void temperatureDividesScores() {
        assertThat(processed(new Temperature(0.5), row(0), 1, -2, NO)).containsExactly(2, -4, NO);
    }

    @Test
    void topKKeepsTheLikeliestAndWhatIsAsLikelyAsTheLastOfThem() {
        assertThat(processed(new TopK(2), row(0), 1, 3, 2, 2, -1)).containsExactly(NO, 3, 2, 2, NO);
        assertThat(processed(new TopK(9), row(0), 1, 3)).containsExactly(1, 3);
    }

    @Test
    void topPForbidsTheUnlikelyThatTogetherHaveTheRest() {
        // probabilities 0.1, 0.2, 0.3, 0.4
        float[] scores = {log(0.1), log(0.2), log(0.3), log(0.4)};

        assertThat(forbidden(new TopP(0.65, 1), scores)).containsExactly(true, true, false, false);
        assertThat(forbidden(new TopP(0.75, 1), scores)).containsExactly(true, false, false, false);
        assertThat(forbidden(new TopP(0, 1), scores)).containsExactly(true, true, true, false);
        assertThat(forbidden(new TopP(0, 3), scores)).containsExactly(true, false, false, false);
        assertThat(forbidden(new TopP(0.65, 1), -1, -2, NO, 5))
                .containsExactly(true, true, true, false);
    }

    @Test
    void minPForbidsWhatIsFarLessLikelyThanTheLikeliest() {
        // probabilities 0.1, 0.2, 0.3, 0.4; half of the likeliest is 0.2
        float[] scores = {log(0.1), log(0.21), log(0.3), log(0.4)};

        assertThat(forbidden(new MinP(0.5, 1), scores)).containsExactly(true, false, false, false);
        assertThat(forbidden(new MinP(1, 1), scores)).containsExactly(true, true, true, false);
        assertThat(forbidden(new MinP(1, 2), scores)).containsExactly(true, true, false, false);
    }

    @Test
    void scoresThatAreNoNumbersAndTextsWithoutANextTokenAreRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Softmax.of(new float[] {1, Float.NaN, 2}))
                .withMessageContaining("not finite (NaN)");
        assertThatIllegalStateException()
                .isThrownBy(() -> Softmax.of(new float[] {NO, NO}))
                .withMessageContaining("Every next token is forbidden. Loosen");
    }

    private static TokenRow row(long... ids) {
        return new Row(ids, 0, ids.length);
    }

    /** A row that does not grow. */
    private static final class Row implements TokenRow {

        private final long[] ids;
        private final int firstToken;
        private final int promptLength;

        Row(long[] ids, int firstToken, int promptLength) {
            this.ids = ids;
            this.firstToken = firstToken;
            this.promptLength = promptLength;
        }

        @Override
        public int length() {
            return ids.length;
        }

        @Override
        public int promptLength() {
            return promptLength;
        }

        @Override
        public int firstToken() {
            return firstToken;
        }

        @Override
        public long id(int place) {
            return ids[place];
        }
    }

    private static float log(double probability) {
        return (float) Math.log(probability);
    }

    private static float[] processed(LogitsProcessor processor, TokenRow row, float... scores) {
        float[] copy = scores.clone();
        processor.process(row, copy);
        return copy;
    }

    private static boolean[] forbidden(LogitsProcessor processor, float... scores) {
        float[] left = processed(processor, row(0), scores);
        boolean[] forbidden = new boolean[left.length];
        for (int i = 0; i < left.length; i++) {
            forbidden[i] = left[i] == NO;
            assertThat(left[i] == NO || left[i] == scores[i]).isTrue();
        }
        return forbidden;
    }
}
