package io.github.peft4j.task.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CorrelationTest {

    private static final float[] PREDICTED = {0.5f, 1.25f, 1.25f, 3, -2, 7.5f, 3, 3};
    private static final float[] LABELS = {1, 1, 2, 2.5f, -1, 4, 2.5f, 0};

    private static double value(RegressionMetric metric, float[] predicted, float[] labels) {
        metric.update(predicted, labels);
        return metric.value();
    }

    @Test
    void equalsSciPy() {
        // scipy.stats.pearsonr and spearmanr 1.17
        assertThat(value(new Pearson(), PREDICTED, LABELS))
                .isCloseTo(0.8260162055644008, within(1e-15));
        assertThat(value(new Spearman(), PREDICTED, LABELS))
                .isCloseTo(0.7392587845122592, within(1e-15));
    }

    @Test
    void sharesTheRanksOfEqualNumbers() {
        assertThat(Spearman.ranks(new double[] {0.5, 1.25, 1.25, 3, -2, 7.5, 3, 3}))
                .containsExactly(2, 3.5, 3.5, 6, 1, 8, 6, 6);
        assertThat(Spearman.ranks(new double[] {0.0, -0.0, 1})).containsExactly(1.5, 1.5, 3);
    }

    @Test
    void looksAtTheOrderOnlyInSpearman() {
        float[] growing = {1, 10, 100, 1000};
        float[] falling = {4, 3, 2, -50};

        assertThat(value(new Spearman(), growing, falling)).isCloseTo(-1, within(1e-15));
        assertThat(value(new Pearson(), growing, falling)).isBetween(-1.0, -0.99);
        assertThat(value(new Pearson(), growing, growing)).isEqualTo(1);
    }

    @Test
    void keepsPrecisionFarFromZero() {
        Pearson metric = new Pearson();
        for (int i = 0; i < 4; i++) {
            metric.update(1e9 + i, 1e9 + (i == 3 ? 0 : i));
        }

        // 0, 1, 2, 3 and 0, 1, 2, 0: 0.5 / sqrt(5 * 2.75)
        assertThat(metric.value()).isCloseTo(0.5 / Math.sqrt(5 * 2.75), within(1e-12));
    }

    @Test
    void hasNoValueWithoutDifferences() {
        assertThat(value(new Pearson(), new float[] {0.1f, 0.1f, 0.1f}, new float[] {1, 2, 3}))
                .isNaN();
        assertThat(value(new Spearman(), new float[] {1, 2}, new float[] {5, 5})).isNaN();
    }

    @Test
    void refusesWhatCannotBeCompared() {
        for (RegressionMetric metric :
                List.of(new Pearson(), new Spearman(), new MeanSquaredError())) {
            assertThatIllegalStateException()
                    .isThrownBy(metric::value)
                    .withMessageContaining("0 examples has no value");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> metric.update(new float[2], new float[3]))
                    .withMessageContaining("2 predictions do not fit 3 labels");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> metric.update(Double.NaN, 1))
                    .withMessageContaining("Prediction NaN");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> metric.update(1, Double.POSITIVE_INFINITY))
                    .withMessageContaining("Label Infinity");
        }
        Pearson one = new Pearson();
        one.update(1, 1);
        assertThatIllegalStateException()
                .isThrownBy(one::value)
                .withMessageContaining("1 examples");
    }

    @Test
    void meansTheSquaresOfErrors() {
        assertThat(value(new MeanSquaredError(), PREDICTED, LABELS)).isEqualTo(2.953125);
        assertThat(
                        List.of(
                                new Pearson().name(),
                                new Spearman().name(),
                                new MeanSquaredError().name()))
                .containsExactly("pearson", "spearman", "mse");
    }
}
