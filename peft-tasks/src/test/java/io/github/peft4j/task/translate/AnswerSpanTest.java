package io.github.peft4j.task.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.peft4j.task.data.EncodeOptions;
import io.github.peft4j.task.data.Encoding;
import io.github.peft4j.task.data.PaddingStrategy;
import io.github.peft4j.task.data.Side;
import io.github.peft4j.task.data.Tokenizer;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnswerSpanTest {

    /** Tokens: [CLS] the boat [SEP] the boat ##s le ##a ##ve 🙂 the q ##u ##a ##y [SEP]. */
    private static final String PASSAGE = "The boats leave 🙂 the quay";

    private static final int CLS = 0;
    private static final int BOAT = 5;
    private static final int LE = 7;
    private static final int VE = 9;
    private static final int SECOND_THE = 11;
    private static final int U = 13;
    private static final int Y = 15;

    private Tokenizer tokenizer;
    private Encoding row;

    @BeforeEach
    void load() throws IOException {
        tokenizer = SmallTokenizer.load();
        row = tokenizer.encode("the boat", PASSAGE, EncodeOptions.DEFAULT);
        assertThat(row.tokens().get(BOAT).text()).isEqualTo("boat");
        assertThat(row.tokens().get(Y).text()).isEqualTo("##y");
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    private float[] scores(Map<Integer, Float> given) {
        float[] scores = new float[row.length()];
        given.forEach((token, score) -> scores[token] = score);
        return scores;
    }

    private String answer(Map<Integer, Float> starts, Map<Integer, Float> ends) {
        return AnswerSpan.text(PASSAGE, row, scores(starts), scores(ends), 15, false, false);
    }

    @Test
    void takesThePieceWithTheBestStartAndEnd() {
        assertThat(answer(Map.of(BOAT, 3f), Map.of(VE, 3f))).isEqualTo("boats leave");
        // an emoji before it shifts chars, not characters
        assertThat(answer(Map.of(SECOND_THE, 3f), Map.of(Y, 3f))).isEqualTo("the quay");
    }

    @Test
    void looksForPairsInOrderOnly() {
        // the best end is before the best start: (BOAT, VE) has 2 + 5, (SECOND_THE, Y) 6 + 1
        assertThat(answer(Map.of(SECOND_THE, 6f, BOAT, 2f), Map.of(VE, 5f, Y, 1.5f)))
                .isEqualTo("the quay");
        assertThat(answer(Map.of(SECOND_THE, 6f, BOAT, 2f), Map.of(VE, 5f, Y, 0.5f)))
                .isEqualTo("boats leave");
    }

    @Test
    void looksInThePassageOnly() {
        assertThat(answer(Map.of(CLS, 99f, 1, 50f, BOAT, 1f), Map.of(2, 50f, 3, 99f, BOAT, 1f)))
                .isEqualTo("boat");
    }

    @Test
    void allowsNoLongerAnswer() {
        float[] starts = scores(Map.of(BOAT, 3f));
        float[] ends = scores(Map.of(VE, 3f, LE, 2f));

        assertThat(AnswerSpan.text(PASSAGE, row, starts, ends, 5, false, false))
                .isEqualTo("boats leave");
        assertThat(AnswerSpan.text(PASSAGE, row, starts, ends, 4, false, false))
                .isEqualTo("boats le");
    }

    @Test
    void widensTheAnswerToWholeWords() {
        float[] starts = scores(Map.of(U, 3f));
        float[] ends = scores(Map.of(U + 1, 3f));

        assertThat(AnswerSpan.text(PASSAGE, row, starts, ends, 15, false, false)).isEqualTo("ua");
        assertThat(AnswerSpan.text(PASSAGE, row, starts, ends, 15, false, true)).isEqualTo("quay");
    }

    @Test
    void answersNothingWhereTheFirstTokenSaysSo() {
        float[] starts = scores(Map.of(CLS, 3f, BOAT, 2f));
        float[] ends = scores(Map.of(CLS, 3f, BOAT, 3f));

        assertThat(AnswerSpan.text(PASSAGE, row, starts, ends, 15, true, true)).isEmpty();
        assertThat(AnswerSpan.text(PASSAGE, row, starts, ends, 15, false, false)).isEqualTo("boat");
        starts[BOAT] = 3.5f;
        assertThat(AnswerSpan.text(PASSAGE, row, starts, ends, 15, true, false)).isEqualTo("boat");
    }

    @Test
    void looksPastPadding() {
        int full = row.length() + 3;
        row =
                tokenizer.encode(
                        "the boat",
                        PASSAGE,
                        EncodeOptions.builder()
                                .optPadding(PaddingStrategy.MAX_LENGTH)
                                .optMaxLength(full)
                                .optPaddingSide(Side.LEFT)
                                .build());
        float[] starts = scores(Map.of(0, 99f, 3 + CLS, 1f, 3 + BOAT, 2f));
        float[] ends = scores(Map.of(0, 99f, 3 + CLS, 1f, 3 + VE, 2f));

        assertThat(AnswerSpan.text(PASSAGE, row, starts, ends, 15, true, true))
                .isEqualTo("boats leave");
    }

    @Test
    void refusesRowsThatHoldNoAnswer() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                AnswerSpan.text(
                                        PASSAGE, row, new float[3], new float[4], 15, false, true))
                .withMessageContaining("3 starts and 4 ends for " + row.length() + " tokens");
        Encoding question = tokenizer.encode("the boat");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                AnswerSpan.text(
                                        PASSAGE,
                                        question,
                                        new float[4],
                                        new float[4],
                                        15,
                                        false,
                                        true))
                .withMessageContaining("Nothing of the passage is left");
    }
}
