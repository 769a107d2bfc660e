package io.github.peft4j.ops.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoraOpsTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private NDArray random(long... shape) {
        return manager.randomNormal(new Shape(shape));
    }

    /** The sum itself is the oracle. */
    @ParameterizedTest
    @CsvSource({"0, 2", "1e-3, 2", "1, 0.5", "1, -1.5", "100, 2"})
    void lengthsAreThoseOfTheSum(double size, double scale) {
        NDArray w = random(48, 96);
        NDArray a = random(4, 96);
        NDArray b = Ops.scale(random(48, 4), size);

        NDArray ours = DoraOps.norm(w, a, b, scale);

        NDArray plain = DoraOps.norm(w, Ops.lowRank(a, b, scale));
        Tensors.assertClose(ours, plain, 1e-6, "lengths");
        NDArray worst = ours.sub(plain).abs().div(plain).max();
        assertThat(worst.getFloat()).isLessThan(3e-6f);
        NDArray turned = DoraOps.norm(w.transpose().transpose(), a, b, scale);
        assertThat(turned).isEqualTo(ours);
    }

    /** Where the change nearly takes a row away, its square is a difference of large numbers. */
    @Test
    void lengthsOfRowsThatNearlyCancelAreExactToo() {
        NDArray a = random(4, 96);
        NDArray b = random(48, 4);
        NDArray w = Ops.lowRank(a, b, -2).add(Ops.scale(random(48, 96), 1e-3));

        NDArray ours = DoraOps.norm(w, a, b, 2);

        Tensors.assertClose(ours, DoraOps.norm(w, Ops.lowRank(a, b, 2)), 1e-5, "short rows");
    }

    @Test
    void refusesShapesThatDoNotFit() {
        NDArray w = random(5, 3);
        NDArray a = random(2, 3);
        NDArray b = random(5, 2);

        assertThatThrownBy(() -> DoraOps.norm(w, random(2, 4), b, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weight of the layer")
                .hasMessageContaining("(5, 4)");
        assertThatThrownBy(() -> new DoraOps.Dora(a, b, random(4), 1))
                .hasMessageContaining("magnitude");
        assertThatThrownBy(() -> DoraOps.rows(w, random(5, 3), random(4), random(5)))
                .hasMessageContaining("as many numbers as there are features, 5");
    }
}
