package io.github.peft4j.task.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {

    @Test
    void countsPredictionsForEachClass() {
        ConfusionMatrix matrix = new ConfusionMatrix(3);
        int[][] predictedForLabel = {{0, 0}, {1, 0}, {1, 1}, {1, 2}, {2, 1}, {1, 0}};
        for (int[] pair : predictedForLabel) {
            matrix.update(pair[0], pair[1]);
        }

        assertThat(matrix.count(1, 0)).isEqualTo(2);
        assertThat(matrix.count(0, 1)).isZero();
        assertThat(matrix.support(0)).isEqualTo(3);
        assertThat(matrix.predicted(1)).isEqualTo(4);
        assertThat(matrix.truePositives(1)).isEqualTo(1);
        assertThat(matrix.falsePositives(1)).isEqualTo(3);
        assertThat(matrix.falseNegatives(1)).isEqualTo(1);
        assertThat(matrix.total()).isEqualTo(6);
        assertThat(matrix.classes()).isEqualTo(3);
    }

    @Test
    void refusesClassesThatDoNotExist() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConfusionMatrix(2).update(0, 2))
                .withMessageContaining("Label 2 is none of the 2 classes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ConfusionMatrix(0))
                .withMessageContaining("0 classes");
    }
}
