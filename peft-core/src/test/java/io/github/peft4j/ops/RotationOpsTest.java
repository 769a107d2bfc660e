package io.github.peft4j.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.testkit.GradientCheck;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RotationOpsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray numbers(long... shape) {
        return GradientCheck.numbers(manager, shape);
    }

    @Test
    void gradientsOfRotations() {
        GradientCheck.check(a -> RotationOps.neumann(a[0], 3, 5), numbers(2, 3));
        GradientCheck.check(a -> RotationOps.cayley(a[0], 3), numbers(2, 3));
        GradientCheck.check(a -> RotationOps.cayley(a[0]), numbers(2, 3, 3));
        GradientCheck.check(
                a -> RotationOps.rotate(a[0], a[1]), numbers(2, 3, 4), numbers(2, 2, 2));
        GradientCheck.check(a -> RotationOps.rotate(a[0], a[1]), numbers(2, 4), numbers(1, 2, 2));
        GradientCheck.check(
                a -> RotationOps.rotatePatches(a[0], a[1], 2),
                numbers(1, 2, 3, 3),
                numbers(2, 4, 4));
        GradientCheck.check(
                a -> RotationOps.scaleAround(a[0], a[1], a[2]),
                numbers(2, 3),
                numbers(3, 1),
                numbers(3));
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 8, 16})
    void gradientsOfPairs(long angles) {
        GradientCheck.check(
                a -> RotationOps.rotatePairs(a[0], a[1], a[2], 4),
                numbers(2, 8),
                numbers(angles),
                numbers(angles));
    }

    @ParameterizedTest
    @CsvSource({"8, 6, 4", "8, 8, 3", "8, 8, 0", "8, 8, 16", "6, 6, 4"})
    void refusesPairsThatDoNotFit(long out, long angles, long group) {
        NDArray y = numbers(2, out);
        NDArray theta = numbers(angles);

        assertThatThrownBy(() -> RotationOps.rotatePairs(y, theta, theta, group))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "The output is (2, %d) and has %d angles in groups of %d;",
                        out, angles, group);
    }

    @Test
    void gradientsOfReflections() {
        GradientCheck.check(
                a -> RotationOps.reflect(a[0], a[1], false), numbers(2, 4), numbers(4, 3));
        GradientCheck.check(
                a -> RotationOps.reflect(a[0], a[1], true), numbers(2, 4), numbers(4, 3));
        GradientCheck.check(
                a -> RotationOps.reflectSpace(a[0], a[1]), numbers(2, 4), numbers(4, 2));
    }

    @Test
    void theSeriesEndsWithHalfASummand() {
        NDArray q = Tensors.of(manager, new Shape(1, 1), 2);

        // S = [[0, 2], [-2, 0]], S^2 = -4 I
        assertThat(RotationOps.neumann(q, 2, 1).toFloatArray()).containsExactly(1, 0, 0, 1);
        assertThat(RotationOps.neumann(q, 2, 2).toFloatArray()).containsExactly(1, 4, -4, 1);
        float[] three = {1 - 8, 4 - 8, -4 + 8, 1 - 8};
        assertThat(RotationOps.neumann(q, 2, 3).toFloatArray()).containsExactly(three);
        assertThat(RotationOps.neumann(q, 2, 4).toFloatArray()).containsExactly(three);
        assertThat(RotationOps.neumann(q, 2, 5).toFloatArray())
                .containsExactly(1 - 8 + 16, 4 - 16, -4 + 16, 1 - 8 + 16);
    }

    @Test
    void readsTrianglesRowByRow() {
        NDArray q = Tensors.of(manager, new Shape(1, 3), 1, 2, 3);

        assertThat(RotationOps.neumann(q, 3, 2).toFloatArray())
                .containsExactly(1, 2, 4, -2, 1, 6, -4, -6, 1);
    }

    @Test
    void reflectionsAreThoseOneByOne() {
        NDArray x = manager.randomNormal(new Shape(5, 4));
        NDArray u = manager.randomNormal(new Shape(4, 3));
        NDArray ascending = x;
        NDArray descending = x;
        for (int j = 0; j < 3; j++) {
            ascending = once(ascending, u.get(":, " + j));
            descending = once(descending, u.get(":, " + (2 - j)));
        }

        Tensors.assertClose(
                RotationOps.reflect(x, u, false), ascending, Tensors.OUTPUT, "x H1 H2 H3");
        Tensors.assertClose(
                RotationOps.reflect(x, u, true), descending, Tensors.OUTPUT, "x H3 H2 H1");
    }

    private static NDArray once(NDArray x, NDArray u) {
        NDArray along = x.matMul(u.reshape(-1, 1)).div(u.dot(u));
        return x.sub(along.matMul(u.reshape(1, -1))).sub(along.matMul(u.reshape(1, -1)));
    }

    @Test
    void dropsAsManyBlocksAsItIsTold() {
        NDArray blocks = manager.zeros(new Shape(7, 2, 2));

        float[] dropped = RotationOps.dropBlocks(blocks, 3).toFloatArray();

        float sum = 0;
        for (float each : dropped) {
            sum += each;
        }
        assertThat(sum).isEqualTo(6);
    }

    @Test
    void refusesBlocksThatDoNotCoverTheInput() {
        NDArray blocks = manager.ones(new Shape(3, 2, 2));

        assertThatThrownBy(() -> RotationOps.rotate(manager.ones(new Shape(1, 4)), blocks))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 numbers a row; its 3 blocks of 2 must cover them");
        assertThatThrownBy(() -> RotationOps.neumann(manager.ones(new Shape(1, 2)), 3, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("triangles of rotations");
        assertThatThrownBy(
                        () ->
                                RotationOps.reflect(
                                        manager.ones(new Shape(1, 4)),
                                        manager.ones(new Shape(3, 2)),
                                        false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the length of the vectors, 3");
    }
}
