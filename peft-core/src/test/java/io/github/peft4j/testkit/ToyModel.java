package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.BlockModel;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * A base that is adapted in a millisecond: a look-up {@code table} (in our own layers only), {@code
 * up} and {@code down}, linear, and a {@code norm} between them. All parameters ask for gradients,
 * as those of a freshly initialized DJL block do.
 */
public final class ToyModel implements AutoCloseable {

    /** Rows of the table. */
    public static final int ROWS = 11;

    private static final int IN = 6;
    private static final int MIDDLE = 8;
    private static final int OUT = 3;

    private final NDManager manager;
    private final BaseModel base;
    private final boolean takesIds;

    private ToyModel(Block block, boolean takesIds, Shape input) {
        this.takesIds = takesIds;
        manager = NDManager.newBaseManager("PyTorch");
        manager.getEngine().setRandomSeed(17);
        block.initialize(manager, DataType.FLOAT32, input);
        base = new BlockModel(block);
        try (NDManager scratch = manager.newSubManager()) {
            for (Parameter parameter : base.parameters().values()) {
                Tensors.fill(parameter, scratch.randomNormal(parameter.getShape()), 0.5);
                parameter.freeze(false);
            }
        }
    }

    /** Built of this library's layers; takes ids [B, S]. */
    public static ToyModel ours() {
        return new ToyModel(new OurNet(), true, new Shape(1, 1));
    }

    /** Built of DJL's own layers; takes features [B, S, 6]. */
    public static ToyModel stock() {
        return new ToyModel(new StockNet(), false, new Shape(1, 1, IN));
    }

    /** The base. */
    public BaseModel base() {
        return base;
    }

    /** Whether it is built of this library's layers. */
    public boolean isOurs() {
        return takesIds;
    }

    /** A batch of four rows of five tokens, the same at each call. */
    public ModelInput input(NDManager scope) {
        return ModelInput.of(ImmutableMap.of("x", batch(scope)));
    }

    /** One row of {@link #input}. */
    public ModelInput row(NDManager scope, int row) {
        NDArray one = batch(scope).get(row + ":" + (row + 1));
        return ModelInput.of(ImmutableMap.of("x", one));
    }

    private NDArray batch(NDManager scope) {
        if (!takesIds) {
            return scope.arange(4 * 5 * IN).reshape(4, 5, IN).toType(DataType.FLOAT32, true).sin();
        }
        long[] ids = new long[4 * 5];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (7L * i + 3) % ROWS;
        }
        return scope.create(ids, new Shape(4, 5));
    }

    /** A loss that depends on every output. */
    public static NDArray loss(NDArray output) {
        NDArray target = output.getManager().full(output.getShape(), 0.25f);
        return Ops.meanSquaredError(output, target);
    }

    /** The bytes of all parameters, to prove that nothing moved. */
    public ImmutableMap<String, byte[]> bytes() {
        ImmutableMap.Builder<String, byte[]> bytes = ImmutableMap.builder();
        base.parameters().forEach((key, p) -> bytes.put(key, Tensors.bytes(p.getArray())));
        return bytes.buildOrThrow();
    }

    @Override
    public void close() {
        manager.close();
    }

    @Override
    public String toString() {
        return takesIds ? "our layers" : "stock layers";
    }

    private static final class OurNet extends Module {

        private final Embedding table = child("table", new Embedding(ROWS, IN, null, 2));
        private final Linear up = child("up", new Linear(IN, MIDDLE));
        private final LayerNorm norm = child("norm", new LayerNorm(MIDDLE, 1e-5));
        private final Linear down = child("down", new Linear(MIDDLE, OUT));

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

    private static final class StockNet extends AbstractBlock {

        private final Block up =
                addChildBlock("up", ai.djl.nn.core.Linear.builder().setUnits(MIDDLE).build());
        private final Block norm =
                addChildBlock("norm", ai.djl.nn.norm.LayerNorm.builder().axis(2).build());
        private final Block down =
                addChildBlock("down", ai.djl.nn.core.Linear.builder().setUnits(OUT).build());

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                @Nullable PairList<String, Object> params) {
            NDList middle = norm.forward(store, up.forward(store, inputs, training), training);
            return down.forward(store, new NDList(middle.get(0).tanh()), training);
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
            up.initialize(manager, type, shapes);
            norm.initialize(manager, type, new Shape(1, 1, MIDDLE));
            down.initialize(manager, type, new Shape(1, 1, MIDDLE));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] shapes) {
            return new Shape[] {shapes[0].slice(0, 2).add(OUT)};
        }
    }
}
