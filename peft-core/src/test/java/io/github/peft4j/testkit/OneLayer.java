package io.github.peft4j.testkit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.model.ModelInput;
import org.jspecify.annotations.Nullable;

/** A base of one layer, called {@code layer}, for numbers worked out by hand. */
public final class OneLayer extends AbstractBlock {

    private final Block layer;

    private OneLayer(Block layer) {
        this.layer = addChildBlock("layer", layer);
    }

    /** Wraps a layer that takes inputs of this shape. */
    public static PeftModel adapt(NDManager manager, Block layer, PeftConfig config, Shape input) {
        OneLayer block = new OneLayer(layer);
        block.initialize(manager, DataType.FLOAT32, input);
        return PeftModels.getPeftModel(block, config);
    }

    /** Fills a parameter of the base, {@code weight} or {@code bias}. */
    public static void fillBase(
            PeftModel model, String name, NDManager manager, double... numbers) {
        var parameter = Tensors.get(model.base().parameters(), "layer." + name);
        Tensors.fill(parameter, Tensors.of(manager, parameter.getShape(), numbers), 1);
    }

    /** Fills a tensor of the first adapter. */
    public static void fill(PeftModel model, String suffix, NDManager manager, double... numbers) {
        var parameter =
                Tensors.get(
                        model.adapter(PeftModel.DEFAULT_ADAPTER).tensors(),
                        "base_model.model.layer." + suffix);
        Tensors.fill(parameter, Tensors.of(manager, parameter.getArray().getShape(), numbers), 1);
    }

    /** Fills base and adapter with random numbers, the same at each call. */
    public static void fillAtRandom(PeftModel model, NDManager manager) {
        manager.getEngine().setRandomSeed(5);
        model.base()
                .parameters()
                .values()
                .forEach(p -> Tensors.fill(p, manager.randomNormal(p.getShape()), 1));
        model.adapter(PeftModel.DEFAULT_ADAPTER)
                .tensors()
                .values()
                .forEach(p -> Tensors.fill(p, manager.randomNormal(p.getArray().getShape()), 1));
    }

    /** The output for x. */
    public static NDArray run(PeftModel model, NDArray x) {
        return model.forward(ModelInput.of(ImmutableMap.of("x", x))).logits();
    }

    /** Fails unless the merged model computes what the adapted one does. */
    public static void assertMergesAsItActs(PeftModel model, NDArray x) {
        ModelInput input = ModelInput.of(ImmutableMap.of("x", x));
        try (MergedModel merged = model.mergeAndUnload()) {
            NDArray acting = model.forward(input).logits();
            Tensors.assertClose(merged.forward(input).logits(), acting, Tensors.OUTPUT, "merged");
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        return layer.forward(store, inputs, training);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... shapes) {
        layer.initialize(manager, type, shapes);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        return layer.getOutputShapes(shapes);
    }
}
