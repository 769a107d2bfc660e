package io.github.peft4j.task.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AccuracyTest {

    @Test
    void countsBatchAfterBatch() {
        Accuracy accuracy = new Accuracy();
        accuracy.update(new int[] {0, 1, 1}, new int[] {0, 1, 0});
        accuracy.update(new int[] {2}, new int[] {1});

        assertThat(accuracy.value()).isEqualTo(0.5);
        assertThat(accuracy.total()).isEqualTo(4);
    }

    @Test
    void isZeroWithoutExamples() {
        assertThat(new Accuracy().value()).isZero();
    }

    @Test
    void refusesPredictionsThatDoNotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Accuracy().update(new int[2], new int[3]))
                .withMessageContaining("2 predictions do not fit 3 labels");
    }
}
