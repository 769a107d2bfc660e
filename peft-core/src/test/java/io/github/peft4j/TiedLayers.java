package io.github.peft4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BlockModel;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The smallest language model: a look-up {@code words}, a linear {@code middle}, and an {@code out}
 * that reads the weight of the look-up.
 */
final class TiedLayers extends Module implements AutoCloseable {

    static final long[] IDS = {1, 4, 0};
    private static final int ROWS = 5;
    private static final int WIDTH = 3;

    final NDManager manager = NDManager.newBaseManager("PyTorch");
    final BlockModel model;
    final ModelInput input;
    private final Embedding words = child("words", new Embedding(ROWS, WIDTH));
    private final Linear middle = child("middle", new Linear(WIDTH, WIDTH, false));
    private final Linear out = child("out", Linear.tiedTo(words.weight()));

    @SuppressWarnings("this-escape") // the block is complete when it is wrapped
    TiedLayers() {
        initialize(manager, DataType.FLOAT32, new Shape(1));
        freezeParameters(true);
        model = new BlockModel(this);
        input = ModelInput.of(Map.of("x", manager.create(IDS)));
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray ids = inputs.singletonOrThrow();
        AdapterPass pass = AdapterPass.over(store, ids.getManager(), training);
        return new NDList(out.forward(pass, middle.forward(pass, words.forward(pass, ids))));
    }

    @Override
    public void close() {
        manager.close();
    }
}
