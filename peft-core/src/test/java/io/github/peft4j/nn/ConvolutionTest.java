package io.github.peft4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.ConvolutionSpec;
import io.github.peft4j.testkit.Tensors;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConvolutionTest {

    private static final ConvolutionSpec LINE = ConvolutionSpec.plain(1);

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
        Convolution layer = new Convolution(LINE.withPadding(1), 1, 1, 3);
        NDArray x = array(new Shape(1, 1, 3), 1, 2, 3);
        NDArray w = array(new Shape(1, 1, 3), 100, 10, 1);

        NDArray y = layer.compute(x, w, array(new Shape(1), 0.5));

        assertThat(y.toFloatArray()).containsExactly(12.5f, 123.5f, 230.5f);
    }

    @Test
    void stepsAndReachesAsItsFormSays() {
        NDArray x = array(new Shape(1, 1, 5), 1, 2, 3, 4, 5);
        NDArray w = array(new Shape(1, 1, 2), 10, 1);

        NDArray strided = new Convolution(LINE.withStride(2), 1, 1, 2).compute(x, w, null);
        NDArray dilated = new Convolution(LINE.withDilation(3), 1, 1, 2).compute(x, w, null);

        assertThat(strided.toFloatArray()).containsExactly(12, 34);
        assertThat(dilated.toFloatArray()).containsExactly(14, 25);
    }

    @Test
    void groupsDoNotSeeEachOther() {
        Convolution layer = new Convolution(LINE.withGroups(2), 2, 2, 1);
        NDArray x = array(new Shape(1, 2, 2), 1, 2, 3, 4);
        NDArray w = array(new Shape(2, 1, 1), 10, 100);

        NDArray y = layer.compute(x, w, null);

        assertThat(layer.weight().getShape()).isEqualTo(new Shape(2, 1, 1));
        assertThat(y.toFloatArray()).containsExactly(10, 20, 300, 400);
    }

    @Test
    void movesOverTwoAndThreeAxesWithAKernelThatIsNotSquare() {
        Convolution plane = new Convolution(ConvolutionSpec.plain(2).withStride(2, 1), 1, 1, 1, 2);
        Convolution space = new Convolution(ConvolutionSpec.plain(3), 1, 1, 2);
        NDArray x = manager.arange(1f, 9f).reshape(1, 1, 2, 4);
        NDArray cube = manager.arange(1f, 9f).reshape(1, 1, 2, 2, 2);

        NDArray y = plane.compute(x, array(new Shape(1, 1, 1, 2), 10, 1), null);
        NDArray sum = space.compute(cube, manager.ones(new Shape(1, 1, 2, 2, 2)), null);

        assertThat(y.toFloatArray()).containsExactly(12, 23, 34);
        assertThat(plane.getOutputShapes(new Shape[] {x.getShape()})).containsExactly(y.getShape());
        assertThat(sum.toFloatArray()).containsExactly(36);
    }

    @Test
    void isAMatrixToAdaptersAndBack() {
        Convolution layer = new Convolution(ConvolutionSpec.plain(2), 3, 4, 2);
        NDArray w = manager.arange(48f).reshape(layer.weight().getShape());

        NDArray matrix = layer.canonical(w);

        assertThat(matrix.getShape()).isEqualTo(new Shape(4, 12));
        assertThat(layer.stored(matrix).getShape()).isEqualTo(new Shape(4, 3, 2, 2));
        assertThat(layer.stored(matrix).toFloatArray()).isEqualTo(w.toFloatArray());
    }

    @Test
    void refusesGroupsThatDoNotDivideAndAKernelOfOtherAxes() {
        assertThatThrownBy(() -> new Convolution(LINE.withGroups(3), 4, 3, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 groups has 4 input and 3 output channels");
        assertThatThrownBy(
                        () ->
                                new Convolution(
                                        ConvolutionSpec.plain(3), 1, 1, List.of(2L, 2L), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[2, 2] must have one number for each of the 3 axes");
    }

    @Test
    void refusesAnInputOfOtherChannelsOrShorterThanTheKernel() {
        Convolution layer = new Convolution(LINE, 2, 1, 3);
        NDArray w = manager.ones(new Shape(1, 2, 3));

        assertThatThrownBy(() -> layer.compute(manager.ones(new Shape(1, 3, 4)), w, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it must have 2 channels");
        assertThatThrownBy(() -> layer.compute(manager.ones(new Shape(1, 2, 2)), w, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it must reach over the kernel (1, 2, 3)");
    }
}
