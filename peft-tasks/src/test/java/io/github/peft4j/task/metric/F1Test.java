package io.github.peft4j.task.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class F1Test {

    // class 0: TP 2, FP 1, FN 1; class 1: TP 1, FP 1, FN 2; class 2: TP 1, FP 2, FN 1
    private static final int[] LABELS = {0, 0, 0, 1, 1, 1, 2, 2};
    private static final int[] PREDICTED = {0, 0, 1, 1, 2, 2, 2, 0};

    private static double value(F1 metric) {
        metric.update(PREDICTED, LABELS);
        return metric.value();
    }

    @Test
    void countsOneClassAgainstAllOthers() {
        assertThat(value(F1.binary(3, 0))).isEqualTo(4.0 / 6);
        assertThat(value(F1.binary(3, 1))).isEqualTo(2.0 / 5);
        assertThat(value(F1.binary(3, 2))).isEqualTo(2.0 / 5);
    }

    @Test
    void takesTheMeanOfAllClasses() {
        assertThat(value(F1.macro(3))).isCloseTo((4.0 / 6 + 0.4 + 0.4) / 3, within(1e-15));
    }

    @Test
    void leavesClassesThatNeverOccurOutOfTheMean() {
        assertThat(value(F1.macro(5))).isEqualTo(value(F1.macro(3)));
    }

    @Test
    void countsAPredictedClassWithoutExamplesAsZero() {
        F1 metric = F1.macro(2);
        metric.update(new int[] {0, 1}, new int[] {0, 0});

        assertThat(metric.value()).isCloseTo((2.0 / 3 + 0) / 2, within(1e-15));
    }

    @Test
    void equalsAccuracyUnderMicroWithOneClassAnExample() {
        Accuracy accuracy = new Accuracy();
        accuracy.update(PREDICTED, LABELS);

        assertThat(value(F1.micro(3))).isEqualTo(accuracy.value()).isEqualTo(0.5);
    }

    @Test
    void countsSeveralClassesAnExample() {
        // class 0: TP 1, FP 1, FN 0; class 1: TP 0, FP 0, FN 2; class 2: TP 1
        F1 micro = F1.micro(3);
        F1 macro = F1.macro(3);
        for (F1 metric : new F1[] {micro, macro}) {
            metric.update(new boolean[] {true, false, true}, new boolean[] {true, true, true});
            metric.update(new boolean[] {true, false, false}, new boolean[] {false, true, false});
        }

        assertThat(micro.value()).isEqualTo(4.0 / (4 + 1 + 2));
        assertThat(macro.value()).isCloseTo((2.0 / 3 + 0 + 1) / 3, within(1e-15));
    }

    @Test
    void isZeroWithoutPositivesAndWithoutExamples() {
        F1 metric = F1.binary(2, 1);
        assertThat(metric.value()).isZero();

        metric.update(new int[] {0, 0}, new int[] {0, 0});

        assertThat(metric.value()).isZero();
        assertThat(F1.macro(2).value()).isZero();
        assertThat(F1.micro(2).value()).isZero();
    }

    @Test
    void refusesClassesThatDoNotExist() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> F1.macro(2).update(0, -100))
                .withMessageContaining("Label -100 is none of the 2 classes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> F1.macro(2).update(2, 0))
                .withMessageContaining("Prediction 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> F1.binary(2, 2))
                .withMessageContaining("Class 2 of 2 does not exist");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> F1.macro(2).update(new boolean[2], new boolean[3]))
                .withMessageContaining("2 predictions and 3 labels do not fit 2 classes");
    }

    @Test
    void namesItsAverage() {
        assertThat(F1.binary(2, 1).name()).isEqualTo("f1");
        assertThat(F1.macro(2).name()).isEqualTo("f1_macro");
        assertThat(F1.micro(2).name()).isEqualTo("f1_micro");
    }
}
