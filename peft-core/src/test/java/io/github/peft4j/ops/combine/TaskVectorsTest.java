package io.github.peft4j.ops.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.random.TorchGenerator;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TaskVectorsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray row(double... numbers) {
        return Tensors.of(manager, new Shape(numbers.length), numbers);
    }

    @Test
    void keepsTheLargestAmountsWithTheirSigns() {
        NDArray x = Tensors.of(manager, new Shape(2, 3), 1, -5, 2, -3, 0.5, 4);

        // a share of 0.6 of six numbers is 3.6: three stay
        assertThat(TaskVectors.keepLargest(x, 0.6).toFloatArray())
                .containsExactly(new float[] {0, -5, 0, -3, 0, 4}, within(0f));
        assertThat(TaskVectors.keepLargest(x, 0.1).abs().sum().getFloat()).isZero();
        assertThat(TaskVectors.keepLargest(x, 1).toFloatArray()).isEqualTo(x.toFloatArray());
    }

    @Test
    void addsByWeights() {
        NDArray sum = TaskVectors.sum(new NDList(row(1, 2), row(10, 20)), new double[] {2, -0.5});

        assertThat(sum.toFloatArray()).containsExactly(-3, -6);
    }

    /**
     * At the places in turn: sums -1, 5 and 0 prevail, so the members -4, then 2 and 3, then the
     * positive one of 1 and -1 count; a zero has no sign and never counts.
     */
    @Test
    void averagesThoseWhoseSignPrevails() {
        NDList tensors = new NDList(row(3, 2, 1, 0), row(-4, 3, -1, 7));
        double[] weights = {10, 100};

        assertThat(TaskVectors.electedMean(tensors, weights, false).toFloatArray())
                .containsExactly(-400, 160, 10, 700);
    }

    @Test
    void countsVotesInsteadOfAmounts() {
        NDList tensors = new NDList(row(1, 5), row(2, 0), row(-9, -1));
        double[] weights = {1, 1, 1};

        // the sum at the first place is -6, but two of three are positive
        assertThat(TaskVectors.electedMean(tensors, weights, true).toFloatArray())
                .containsExactly(1.5f, 5);
        assertThat(TaskVectors.electedMean(tensors, weights, false).toFloatArray())
                .containsExactly(-9, 5);
    }

    @Test
    void givesZeroWhereNobodyAgrees() {
        NDList tensors = new NDList(row(0), row(0));

        assertThat(TaskVectors.electedMean(tensors, new double[] {1, 1}, false).toFloatArray())
                .containsExactly(0);
    }

    /** What stays is scaled up, so that nothing is lost in the mean. */
    @Test
    void keepsTheMeanOfWhatIsDrawn() {
        NDArray x = row(1, -2, 0.5, 4);
        TorchGenerator generator = new TorchGenerator(5);
        double[] mean = new double[4];
        int draws = 4000;
        for (int i = 0; i < draws; i++) {
            NDArray uniform = generator.uniform(manager, x.getShape(), 0, 1);
            float[] kept = TaskVectors.keepDrawn(x, uniform, 0.25).toFloatArray();
            for (int j = 0; j < mean.length; j++) {
                assertThat(kept[j] == 0 || kept[j] == 4 * x.getFloat(j)).isTrue();
                mean[j] += kept[j] / draws;
            }
        }

        for (int j = 0; j < mean.length; j++) {
            // three standard deviations are 0.08 of a number
            assertThat(mean[j] / x.getFloat(j)).isCloseTo(1, within(0.1));
        }
    }

    @Test
    void refusesWeightsThatAreTooFew() {
        assertThatThrownBy(() -> TaskVectors.sum(new NDList(row(1), row(2)), new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 tensors have 1 weights");
    }
}
