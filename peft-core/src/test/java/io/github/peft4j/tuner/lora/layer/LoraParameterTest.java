package io.github.peft4j.tuner.lora.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two experts of rank 2, three inputs and one output; every number worked by hand. */
class LoraParameterTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();

    /** Rows 0 and 1 are the first expert's, 2 and 3 the second's. */
    private final Parameter a = parameter(new Shape(4, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1);

    /** Columns 0 and 2 are the first expert's, 1 and 3 the second's. */
    private final Parameter b = parameter(new Shape(1, 4), 1, 10, 100, 1000);

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private Parameter parameter(Shape shape, double... numbers) {
        return Tensors.parameter(manager, true, shape, numbers);
    }

    private NDArray adapted(LoraParameter adapter, NDArray weight) {
        return adapter.weight(weight, weight, AdapterPass.bare(manager, false));
    }

    @Test
    void givesEachExpertItsOwnPair() {
        NDArray weight = Tensors.of(manager, new Shape(2, 1, 3), 5, 5, 5, 7, 7, 7);

        NDArray adapted = adapted(new LoraParameter(a, b, 2, false), weight);

        // first expert: 1 (1, 0, 0) + 100 (0, 1, 0); second: 10 (0, 0, 1) + 1000 (1, 1, 1)
        assertThat(adapted.toFloatArray()).containsExactly(7, 205, 5, 2007, 2007, 2027);
        assertThat(adapted.getShape()).isEqualTo(new Shape(2, 1, 3));
    }

    @Test
    void turnsTheProductsWhereAStackHoldsTurnedMatrices() {
        NDArray weight = Tensors.of(manager, new Shape(2, 3, 1), 5, 5, 5, 7, 7, 7);

        NDArray adapted = adapted(new LoraParameter(a, b, 2, true), weight);

        assertThat(adapted.toFloatArray()).containsExactly(7, 205, 5, 2007, 2007, 2027);
        assertThat(adapted.getShape()).isEqualTo(new Shape(2, 3, 1));
    }

    @Test
    void turnsSquareProductsToo() {
        Parameter one = parameter(new Shape(1, 2), 3, 4);
        Parameter other = parameter(new Shape(2, 1), 10, -1);
        NDArray weight = manager.zeros(new Shape(1, 2, 2));

        NDArray adapted = adapted(new LoraParameter(one, other, 0.5, true), weight);

        assertThat(adapted.toFloatArray()).containsExactly(15, -1.5f, 20, -2);
    }

    @Test
    void addsOneProductToAMatrix() {
        Parameter one = parameter(new Shape(1, 2), 3, 4);
        Parameter other = parameter(new Shape(2, 1), 10, -1);
        NDArray weight = Tensors.of(manager, new Shape(2, 2), 0, 0, 1, 1);

        NDArray adapted = adapted(new LoraParameter(one, other, 0.5, false), weight);

        assertThat(adapted.toFloatArray()).containsExactly(15, 20, -0.5f, -1);
    }
}
