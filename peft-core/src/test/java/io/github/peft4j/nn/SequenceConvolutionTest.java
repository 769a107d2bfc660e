package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.testkit.Tensors;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SequenceConvolutionTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray array(Shape shape, double... numbers) {
        return Tensors.of(manager, shape, numbers);
    }

    @Test
    void weighsNeighboursWithZerosBeyondTheEnds() {
        SequenceConvolution layer = new SequenceConvolution(1, 1, 3, 1);
        NDArray x = array(new Shape(1, 1, 3), 1, 2, 3);
        NDArray w = array(new Shape(1, 1, 3), 100, 10, 1);

        NDArray y = layer.compute(x, w, array(new Shape(1), 0.5));

        Assertions.assertThat(y.toFloatArray()).containsExactly(12.5f, 123.5f, 230.5f);
    }

    @Test
    void groupsDoNotSeeEachOther() {
        SequenceConvolution layer = new SequenceConvolution(2, 2, 1, 2);
        NDArray x = array(new Shape(1, 2, 2), 1, 2, 3, 4);
        NDArray w = array(new Shape(2, 1, 1), 10, 100);

        NDArray y = layer.compute(x, w, array(new Shape(2), 0, 0));

        Assertions.assertThat(layer.weight().getShape()).isEqualTo(new Shape(2, 1, 1));
        Assertions.assertThat(y.toFloatArray()).containsExactly(10, 20, 300, 400);
    }

    @Test
    void refusesAnEvenWidthAndGroupsThatDoNotDivide() {
        Assertions.assertThatThrownBy(() -> new SequenceConvolution(4, 4, 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("width 2 in 1 groups of 4 features must have an odd width");
        Assertions.assertThatThrownBy(() -> new SequenceConvolution(4, 4, 3, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 groups of 4 features");
    }
}
