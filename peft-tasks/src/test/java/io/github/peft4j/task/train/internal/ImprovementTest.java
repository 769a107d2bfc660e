package io.github.peft4j.task.train.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peft4j.task.train.config.TrainingArguments;
import org.junit.jupiter.api.Test;

class ImprovementTest {

    private static TrainingArguments arguments(String figure, double threshold) {
        return TrainingArguments.builder()
                .optMetricForBestModel(figure)
                .optEarlyStoppingPatience(2)
                .optEarlyStoppingThreshold(threshold)
                .build();
    }

    private static Improvement after(TrainingArguments arguments, double... figures) {
        Improvement improvement = Improvement.NONE;
        for (int i = 0; i < figures.length; i++) {
            improvement = improvement.after(arguments, figures[i], i + 1);
        }
        return improvement;
    }

    @Test
    void takesALowerLossForBetter() {
        Improvement improvement = after(arguments("eval_loss", 0), 2, 1, 3);

        assertThat(improvement.best()).hasValue(1);
        assertThat(improvement.step()).isEqualTo(2);
        assertThat(improvement.patience()).isEqualTo(1);
    }

    @Test
    void takesAHigherMetricForBetter() {
        assertThat(after(arguments("accuracy", 0), 0.5, 0.7, 0.6).best()).hasValue(0.7);
    }

    @Test
    void doesNotTakeAnEqualFigureForAnImprovement() {
        Improvement improvement = after(arguments("loss", 0), 1, 1, 1);

        assertThat(improvement.step()).isEqualTo(1);
        assertThat(improvement.isExhausted(arguments("loss", 0))).isTrue();
    }

    @Test
    void keepsABetterFigureThatIsNotBetterEnoughAndLosesPatience() {
        Improvement improvement = after(arguments("loss", 0.1), 1, 0.95, 0.9);

        assertThat(improvement.best()).hasValue(0.9);
        assertThat(improvement.step()).isEqualTo(3);
        assertThat(improvement.patience()).isEqualTo(2);
    }

    @Test
    void neverTakesNanForBest() {
        Improvement improvement = after(arguments("loss", 0), Double.NaN, 5, Double.NaN);

        assertThat(improvement.best()).hasValue(5);
        assertThat(improvement.patience()).isEqualTo(1);
    }

    @Test
    void isNeverExhaustedWithoutPatience() {
        assertThat(
                        after(TrainingArguments.builder().build(), 1, 2, 3, 4)
                                .isExhausted(TrainingArguments.builder().build()))
                .isFalse();
    }
}
