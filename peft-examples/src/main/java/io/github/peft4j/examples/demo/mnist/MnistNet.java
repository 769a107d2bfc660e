package io.github.peft4j.examples.demo.mnist;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.UniformInitializer;
import ai.djl.util.PairList;
import io.github.peft4j.examples.data.MnistData;
import org.jspecify.annotations.Nullable;

/**
 * Three linear layers with ReLU between them, 784 - 1000 - 2000 - 10, out of DJL's own blocks.
 * Knows nothing of adapters: it is what a user's existing network looks like.
 *
 * <p>Weights and biases start as in PyTorch, uniform within \(\pm 1 / \sqrt{in}\). 2,807,010
 * parameters.
 *
 * <ul>
 *   <li>x: [B, 784] float32; y: [B, 10], scores before softmax
 * </ul>
 */
public final class MnistNet extends AbstractBlock {

    private static final int[] WIDTHS = {MnistData.PIXELS, 1000, 2000, MnistData.DIGITS};

    private final Linear linear1;
    private final Linear linear2;
    private final Linear linear3;

    /** A network without values; {@link #initialize} draws them from DJL's seeded generator. */
    public MnistNet() {
        linear1 = addChildBlock("linear1", linear(0));
        linear2 = addChildBlock("linear2", linear(1));
        linear3 = addChildBlock("linear3", linear(2));
    }

    private static Linear linear(int layer) {
        Linear linear = Linear.builder().setUnits(WIDTHS[layer + 1]).build();
        UniformInitializer start = new UniformInitializer(1 / (float) Math.sqrt(WIDTHS[layer]));
        linear.setInitializer(start, Parameter.Type.WEIGHT);
        linear.setInitializer(start, Parameter.Type.BIAS);
        return linear;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDList hidden1 = Activation.relu(linear1.forward(store, inputs, training));
        NDList hidden2 = Activation.relu(linear2.forward(store, hidden1, training));
        return linear3.forward(store, hidden2, training);
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        long batch = inputShapes[0].get(0);
        linear1.initialize(manager, dataType, new Shape(batch, WIDTHS[0]));
        linear2.initialize(manager, dataType, new Shape(batch, WIDTHS[1]));
        linear3.initialize(manager, dataType, new Shape(batch, WIDTHS[2]));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), MnistData.DIGITS)};
    }
}
