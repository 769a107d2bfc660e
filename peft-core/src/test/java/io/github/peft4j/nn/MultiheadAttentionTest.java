package io.github.peft4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.testkit.Tensors;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One head of width 1; every number worked by hand. */
class MultiheadAttentionTest {

    private final NDManager manager = NDManager.newBaseManager("PyTorch");
    private final Gradients off = Gradients.off();
    private final MultiheadAttention attention = new MultiheadAttention(1, 1, true);

    MultiheadAttentionTest() {
        attention.initialize(manager, DataType.FLOAT32, new Shape(1, 1, 1));
        set("in_proj_weight", 0, 5, 2); // equal scores whatever the keys are
        set("in_proj_bias", 0, 1, 10);
        set("out_proj.weight", 3);
        set("out_proj.bias", -1);
    }

    @AfterEach
    void close() {
        off.close();
        manager.close();
    }

    private void set(String name, double... numbers) {
        Map<String, Parameter> all = io.github.peft4j.model.ModuleTree.parameters(attention);
        Parameter parameter = Tensors.get(all, name);
        Tensors.fill(parameter, Tensors.of(manager, parameter.getShape(), numbers), 1);
    }

    @Test
    void takesTheMeanOfTheValuesWhereAllScoresAreEqual() {
        NDArray x = Tensors.of(manager, new Shape(1, 2, 1), 1, 4); // values 12 and 18

        NDArray y = attention.forward(AdapterPass.bare(manager, false), x);

        assertThat(y.toFloatArray()).containsExactly(3 * 15 - 1, 3 * 15 - 1);
    }

    @Test
    void readsKeysAndValuesOfAnotherSequence() {
        NDArray x = Tensors.of(manager, new Shape(1, 1, 1), 100);
        NDArray context = Tensors.of(manager, new Shape(1, 3, 1), 0, 1, 5); // values 10, 12, 20
        NDArray mask = manager.create(new boolean[] {true, false, true}, new Shape(1, 1, 1, 3));

        NDArray y = attention.forward(AdapterPass.bare(manager, false), x, context, mask);

        assertThat(y.toFloatArray()).containsExactly(3 * 15 - 1);
    }

    @Test
    void refusesHeadsThatDoNotDivideTheWidth() {
        assertThatThrownBy(() -> new MultiheadAttention(6, 4, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The width is 6 and there are 4 heads");
    }
}
