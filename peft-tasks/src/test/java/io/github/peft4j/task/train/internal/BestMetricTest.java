package io.github.peft4j.task.train.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.task.train.config.TrainingArguments;
import org.junit.jupiter.api.Test;

class BestMetricTest {

    private static TrainingArguments arguments(String figure, double threshold) {
        return TrainingArguments.builder()
                .optMetricForBestModel(figure)
                .optEarlyStoppingPatience(2)
                .optEarlyStoppingThreshold(threshold)
                .build();
    }

    private static BestMetric after(TrainingArguments arguments, double... figures) {
        BestMetric bestMetric = BestMetric.NONE;
        for (int i = 0; i < figures.length; i++) {
            bestMetric = bestMetric.after(arguments, figures[i], i + 1);
        }
        return bestMetric;
    }

    @Test
    void takesALowerLossForBetter() {
        BestMetric bestMetric = after(arguments("eval_loss", 0), 2, 1, 3);

        assertThat(bestMetric.best()).hasValue(1);
        assertThat(bestMetric.step()).isEqualTo(2);
        assertThat(bestMetric.patience()).isEqualTo(1);
    }

    @Test
    void takesAHigherMetricForBetter() {
        assertThat(after(arguments("accuracy", 0), 0.5, 0.7, 0.6).best()).hasValue(0.7);
    }

    @Test
    void doesNotTakeAnEqualFigureForAnImprovement() {
        BestMetric bestMetric = after(arguments("loss", 0), 1, 1, 1);

        assertThat(bestMetric.step()).isEqualTo(1);
        assertThat(bestMetric.isExhausted(arguments("loss", 0))).isTrue();
    }

    @Test
    void keepsABetterFigureThatIsNotBetterEnoughAndLosesPatience() {
        BestMetric bestMetric = after(arguments("loss", 0.1), 1, 0.95, 0.9);

        assertThat(bestMetric.best()).hasValue(0.9);
        assertThat(bestMetric.step()).isEqualTo(3);
        assertThat(bestMetric.patience()).isEqualTo(2);
    }

    @Test
    void neverTakesNanForBest() {
        BestMetric bestMetric = after(arguments("loss", 0), Double.NaN, 5, Double.NaN);

        assertThat(bestMetric.best()).hasValue(5);
        assertThat(bestMetric.patience()).isEqualTo(1);
    }

    @Test
    void isNeverExhaustedWithoutPatience() {
        assertThat(
                        after(TrainingArguments.builder().build(), 1, 2, 3, 4)
                                .isExhausted(TrainingArguments.builder().build()))
                .isFalse();
    }
}
