package io.github.peft4j.tuner.miss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.tuner.InputDropout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MissLinearTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final AdapterPass pass =
            AdapterPass.over(new ParameterStore(manager, false), manager, false);

    @AfterEach
    void close() {
        manager.close();
    }

    private Parameter block(float[] values, long... shape) {
        Parameter p = Parameter.builder().setName("d").setType(Parameter.Type.WEIGHT).build();
        p.setArray(manager.create(values, new Shape(shape)));
        return p;
    }

    @Test
    void sumsChunksOfTheInputBeforeTheBlock() {
        // three features in chunks of two: (1, 2), (3, 0) -> (4, 2)
        MissLinear miss =
                new MissLinear(block(new float[] {1, 10, 100, 1000}, 2, 2), 2, InputDropout.NONE);

        NDArray delta = miss.delta(manager.create(new float[] {1, 2, 3}), new Nothing(), pass);

        assertThat(delta.toFloatArray()).containsExactly(4 + 200, 40 + 2000);
    }

    @Test
    void repeatsANarrowBlockAlongTheOutputs() {
        MissLinear miss =
                new MissLinear(block(new float[] {1, 2, 3, 4}, 2, 2), 4, InputDropout.NONE);

        NDArray delta = miss.delta(manager.create(new float[] {1, 10}), new Nothing(), pass);

        assertThat(delta.toFloatArray()).containsExactly(31, 42, 31, 42);
    }

    @Test
    void repeatsTheBlockAlongTheColumnsOfTheWeight() {
        MissLinear miss =
                new MissLinear(block(new float[] {1, 2, 3, 4}, 2, 2), 2, InputDropout.NONE);
        NDArray zero = manager.zeros(new Shape(2, 3));

        NDArray weight = miss.weight(zero, zero, pass);

        assertThat(weight.toFloatArray()).containsExactly(1, 3, 1, 2, 4, 2);
    }

    @Test
    void turnsAndShiftsEachBlockOfTheWeight() {
        MissTurned turned = new MissTurned(block(new float[] {0, 1, 2, 0}, 1, 2, 2));
        NDArray w = manager.create(new float[] {1, 2, 3, 4}, new Shape(2, 2));

        NDArray weight = turned.weight(w, w, pass);

        // W + W D + D with D = [0 1; 2 0]: W D = [4 1; 8 3]
        assertThat(weight.toFloatArray()).containsExactly(5, 4, 13, 7);
    }

    /** A layer that nobody asks. */
    private static final class Nothing implements BaseLayer {

        @Override
        public NDArray forward(NDArray x) {
            throw new IllegalStateException("The delta does not need the layer.");
        }

        @Override
        public NDArray weight() {
            throw new IllegalStateException("The delta does not need the weight.");
        }

        @Override
        public @Nullable NDArray bias() {
            throw new IllegalStateException("The delta does not need the bias.");
        }
    }
}
