package io.github.peft4j.cli.soak.leaks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.TensorOps;
import org.jspecify.annotations.Nullable;

/** A base with one layer of each kind that a method adapts; takes ids [B, S]. */
final class SmallBase extends Module {

    static final int ROWS = 64;

    private static final int FEATURES = 32;

    private final Embedding table = child("table", new Embedding(ROWS, FEATURES));
    private final Linear up = child("up", new Linear(FEATURES, FEATURES));
    private final LayerNorm norm = child("norm", new LayerNorm(FEATURES, 1e-5));
    private final Linear down = child("down", new Linear(FEATURES, FEATURES));

    /** Random weights, which the manager owns. */
    static SmallBase of(NDManager manager) {
        SmallBase base = new SmallBase();
        base.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        try (NDManager scratch = manager.newSubManager()) {
            for (Parameter parameter : base.getParameters().values()) {
                NDArray values =
                        scratch.randomNormal(0, 0.3f, parameter.getShape(), DataType.FLOAT32);
                TensorOps.copy(parameter.getArray(), values);
            }
        }
        return base;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray ids = inputs.singletonOrThrow();
        AdapterPass pass = AdapterPass.over(store, ids.getManager(), training);
        NDArray middle = norm.forward(pass, up.forward(pass, table.forward(pass, ids)));
        return new NDList(down.forward(pass, middle.tanh()));
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        getChildren().values().forEach(child -> child.initialize(manager, type, shapes));
    }
}
