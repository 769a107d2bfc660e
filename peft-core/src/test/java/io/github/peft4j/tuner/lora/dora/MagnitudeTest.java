package io.github.peft4j.tuner.lora.dora;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lengths are computed again exactly when what they are made of has changed. */
class MagnitudeTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();
    private final Parameter a = Tensors.parameter(manager, true, new Shape(1, 2), 1, 2);
    private final Parameter b = Tensors.parameter(manager, true, new Shape(2, 1), 3, 4);
    private final Magnitude magnitude =
            new Magnitude(Tensors.parameter(manager, true, new Shape(2), 1, 1), a, b);
    private int computed;

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private int computedIn(boolean training, double scale) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray norm =
                    magnitude.norm(
                            AdapterPass.bare(scope, training),
                            scale,
                            () -> {
                                computed++;
                                return scope.create(new float[] {computed, 7});
                            });
            assertThat(norm.toFloatArray()).containsExactly(computed, 7);
        }
        return computed;
    }

    @Test
    void isKeptBetweenPredictions() {
        assertThat(computedIn(false, 2)).isEqualTo(1);
        assertThat(computedIn(false, 2)).isEqualTo(1);
        assertThat(computedIn(false, 3)).as("another scale").isEqualTo(2);
        assertThat(computedIn(false, 2)).as("and back").isEqualTo(3);
    }

    @Test
    void isComputedInEachPassOfTraining() {
        assertThat(computedIn(true, 2)).isEqualTo(1);
        assertThat(computedIn(true, 2)).isEqualTo(2);
    }

    @Test
    void isComputedAfterEachWayToWriteToAOrB() {
        computedIn(false, 2);

        a.getArray().set(new float[] {5, 6});
        assertThat(computedIn(false, 2)).as("set").isEqualTo(2);

        b.getArray().addi(1);
        assertThat(computedIn(false, 2)).as("in place").isEqualTo(3);

        TensorOps.copy(b.getArray(), manager.zeros(new Shape(2, 1)));
        assertThat(computedIn(false, 2)).as("values of a file").isEqualTo(4);

        NDArray gradient = manager.ones(new Shape(1, 2));
        Optimizer.sgd()
                .setLearningRateTracker(Tracker.fixed(0.1f))
                .build()
                .update("a", a.getArray(), gradient);
        assertThat(computedIn(false, 2)).as("DJL's optimizer").isEqualTo(5);

        Optimizer.adam().build().update("a", a.getArray(), gradient);
        assertThat(computedIn(false, 2)).as("another of DJL's").isEqualTo(6);

        TensorOps.sgd(a.getArray(), gradient, 0.1);
        assertThat(computedIn(false, 2)).as("our optimizer").isEqualTo(7);

        a.close();
        a.setShape(null);
        a.setArray(manager.create(new float[] {1, 2}, new Shape(1, 2)));
        assertThat(computedIn(false, 2)).as("another array").isEqualTo(8);
        assertThat(computedIn(false, 2)).isEqualTo(8);
    }
}
