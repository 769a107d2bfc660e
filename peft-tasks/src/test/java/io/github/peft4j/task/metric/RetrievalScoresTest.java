package io.github.peft4j.task.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RetrievalScoresTest {

    private static final float[][] DOCUMENTS = {{1, 0}, {0, 5}, {1, 1}, {-3, 0}};

    @Test
    void ranksDocumentsByTheirAngle() {
        RetrievalScores scores = new RetrievalScores(DOCUMENTS);
        // nearest to (2, 1): 2 (0.949), 0 (0.894), 1 (0.447), 3 (-0.894)
        scores.update(new float[] {2, 1}, 0);
        scores.update(new float[] {200, 100}, 3);
        scores.update(new float[] {2, 1}, 2);

        assertThat(scores.meanReciprocalRank())
                .isCloseTo((1 / 2.0 + 1 / 4.0 + 1) / 3, within(1e-15));
        assertThat(scores.recallAt(1)).isCloseTo(1 / 3.0, within(1e-15));
        assertThat(scores.recallAt(2)).isCloseTo(2 / 3.0, within(1e-15));
        assertThat(scores.recallAt(100)).isEqualTo(1);
        assertThat(scores.total()).isEqualTo(3);
    }

    @Test
    void countsEachOfSeveralRelevantDocuments() {
        RetrievalScores scores = new RetrievalScores(DOCUMENTS);
        scores.update(new float[] {2, 1}, 3, 0);

        assertThat(scores.meanReciprocalRank()).isEqualTo(0.5);
        assertThat(scores.recallAt(1)).isZero();
        assertThat(scores.recallAt(2)).isEqualTo(0.5);
        assertThat(scores.recallAt(4)).isEqualTo(1);
    }

    @Test
    void countsTiesAgainstTheRelevantDocument() {
        RetrievalScores scores =
                new RetrievalScores(new float[][] {{1, 1}, {2, 2}, {3, 3}, {4, 4}});
        scores.update(new float[] {1, 1}, 0);

        assertThat(scores.meanReciprocalRank()).isEqualTo(0.25);
        assertThat(scores.recallAt(3)).isZero();

        RetrievalScores two = new RetrievalScores(new float[][] {{1, 1}, {2, 2}, {3, 3}});
        two.update(new float[] {1, 1}, 0, 2);
        assertThat(two.meanReciprocalRank()).isEqualTo(0.5);
        assertThat(two.recallAt(2)).isEqualTo(0.5);
    }

    @Test
    void refusesWhatHasNoAngleOrPlace() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetrievalScores(new float[0][]))
                .withMessageContaining("0 documents");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetrievalScores(new float[][] {{1, 0}, {0, 0}}))
                .withMessageContaining("Document 1 has length 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetrievalScores(new float[][] {{1, 0}, {1}}))
                .withMessageContaining("Document 1 has 1 numbers, document 0 has 2");
        RetrievalScores scores = new RetrievalScores(DOCUMENTS);
        assertThatIllegalStateException()
                .isThrownBy(scores::meanReciprocalRank)
                .withMessageContaining("0 queries");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores.update(new float[] {Float.NaN, 1}, 0))
                .withMessageContaining("The query has length NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores.update(new float[] {1, 1}))
                .withMessageContaining("Relevant documents []");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores.update(new float[] {1, 1}, 1, 1))
                .withMessageContaining("[1, 1]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores.update(new float[] {1, 1}, 4))
                .withMessageContaining("Document 4 is none of the 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores.recallAt(0))
                .withMessageContaining("k of 1 or more");
    }
}
