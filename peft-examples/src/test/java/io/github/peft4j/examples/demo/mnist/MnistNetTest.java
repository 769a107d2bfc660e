package io.github.peft4j.examples.demo.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class MnistNetTest {

    private final MnistNet net = new MnistNet();

    @Test
    void namesItsLayersAsPyTorchDoes() {
        assertThat(net.getParameters().keys())
                .containsExactly(
                        "01linear1_weight",
                        "01linear1_bias",
                        "02linear2_weight",
                        "02linear2_bias",
                        "03linear3_weight",
                        "03linear3_bias");
    }

    @Test
    void startsUniformlyAsPyTorchDoes() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Engine.getEngine("PyTorch").setRandomSeed(0);
            net.initialize(manager, DataType.FLOAT32, new Shape(1, 784));

            long count = 0;
            float[] bounds = {784, 784, 1000, 1000, 2000, 2000};
            for (int i = 0; i < bounds.length; i++) {
                Pair<String, Parameter> parameter = net.getParameters().get(i);
                NDArray values = parameter.getValue().getArray();
                float bound = 1 / (float) Math.sqrt(bounds[i]);
                count += values.size();
                assertThat(values.max().getFloat())
                        .as(parameter.getKey())
                        .isBetween(0.5f * bound, bound);
                assertThat(values.min().getFloat())
                        .as(parameter.getKey())
                        .isBetween(-bound, -0.5f * bound);
                if (values.getShape().dimension() == 2) {
                    double deviation = Math.sqrt(values.square().mean().getFloat());
                    assertThat(deviation)
                            .as(parameter.getKey())
                            .isCloseTo(bound / Math.sqrt(3), Offset.offset(0.02 * bound));
                }
            }
            assertThat(count).isEqualTo(2_807_010);
        }
    }

    @Test
    void putsReluBetweenItsLayers() {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Engine.getEngine("PyTorch").setRandomSeed(0);
            net.initialize(manager, DataType.FLOAT32, new Shape(1, 784));
            NDArray x = manager.randomNormal(new Shape(3, 784));

            NDArray y =
                    net.forward(new ParameterStore(manager, false), new NDList(x), false)
                            .singletonOrThrow();

            NDArray h1 = positive(linear(x, 0));
            NDArray h2 = positive(linear(h1, 2));
            NDArray expected = linear(h2, 4);
            assertThat(y.getShape()).isEqualTo(new Shape(3, 10));
            assertThat(net.getOutputShapes(new Shape[] {new Shape(3, 784)}))
                    .containsExactly(new Shape(3, 10));
            float error = y.sub(expected).norm().getFloat() / expected.norm().getFloat();
            assertThat(error).isLessThan(1e-5f);
        }
    }

    private NDArray linear(NDArray x, int at) {
        NDArray weight = net.getParameters().get(at).getValue().getArray();
        NDArray bias = net.getParameters().get(at + 1).getValue().getArray();
        return x.matMul(weight.transpose()).add(bias);
    }

    private static NDArray positive(NDArray x) {
        return x.mul(x.gt(0).toType(DataType.FLOAT32, false));
    }
}
