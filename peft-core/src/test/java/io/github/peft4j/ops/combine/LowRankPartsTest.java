package io.github.peft4j.ops.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LowRankPartsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        manager.close();
    }

    /** Energies 9, 4 and 1. */
    private NDArray diagonal() {
        return Tensors.of(manager, new Shape(3, 4), 0, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0, -1);
    }

    @Test
    void findsTheLargestPartsFirst() {
        LowRankParts parts = LowRankParts.of(diagonal());

        assertThat(parts.size()).isEqualTo(3);
        assertThat(parts.energy(1)).isCloseTo(9, within(1e-5));
        assertThat(parts.energy(3)).isCloseTo(14, within(1e-5));
        Tensors.assertClose(
                parts.left(3).matMul(parts.right(3)), diagonal(), 1e-6, "sum of all parts");
        NDArray two = parts.left(2).matMul(parts.right(2));
        assertThat(two.sub(diagonal()).norm().getFloat()).isCloseTo(1, within(1e-5f));
    }

    @ParameterizedTest
    @CsvSource({"0.5, 1", "0.64, 1", "0.65, 2", "0.92, 2", "0.93, 3", "1, 3"})
    void findsHowManyPartsKeepAShare(double share, int parts) {
        assertThat(LowRankParts.of(diagonal()).partsWith(share)).isEqualTo(parts);
    }

    @Test
    void keepsOnePartOfNothing() {
        assertThat(LowRankParts.of(manager.zeros(new Shape(2, 2))).partsWith(0.9)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"7, 2, 5", "3, 4, 3", "2, 6, 9"})
    void decomposesAProductWithoutMakingIt(int rows, int rank, int columns) {
        NDArray b = manager.randomNormal(new Shape(rows, rank));
        NDArray a = manager.randomNormal(new Shape(rank, columns));
        LowRankParts parts = LowRankParts.ofProduct(b, a);
        LowRankParts dense = LowRankParts.of(b.matMul(a));

        int all = parts.size();
        assertThat(all).isEqualTo(Math.min(rank, Math.min(rows, columns)));
        Tensors.assertClose(parts.left(all).matMul(parts.right(all)), b.matMul(a), 1e-5, "product");
        assertThat(parts.energy(1)).isCloseTo(dense.energy(1), within(1e-4 * dense.energy(1)));
        assertThat(parts.smallerSide()).isEqualTo(Math.min(rows, columns));
    }

    @Test
    void cutsBothFactorsAtTheirCommonQuantile() {
        NDArray x = Tensors.of(manager, new Shape(1, 3), -5, 1, 2);
        NDArray y = Tensors.of(manager, new Shape(2, 1), 3, 9);

        NDList cut = LowRankParts.clipped(x, y, 0.5);

        assertThat(cut.get(0).toFloatArray()).containsExactly(-2, 1, 2);
        assertThat(cut.get(1).toFloatArray()).containsExactly(2, 2);
    }
}
