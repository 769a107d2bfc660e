package io.github.peft4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.ParameterStore;
import org.junit.jupiter.api.Test;

/** Our layers inside a container of DJL's. */
class StockContainerTest {

    @Test
    void runInASequentialBlock() {
        SequentialBlock block =
                new SequentialBlock()
                        .add(new Embedding(5, 4))
                        .add(new LayerNorm(4, 1e-5))
                        .add(new Linear(4, 2));
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            block.initialize(manager, DataType.FLOAT32, new Shape(3, 7));

            NDArray ids = manager.zeros(new Shape(3, 7), DataType.INT64);
            NDList y = block.forward(new ParameterStore(manager, false), new NDList(ids), false);

            assertThat(y.get(0).getShape()).isEqualTo(new Shape(3, 7, 2));
            assertThat(block.getOutputShapes(new Shape[] {new Shape(3, 7)}))
                    .containsExactly(new Shape(3, 7, 2));
        }
    }
}
