package io.github.peft4j;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBaseBlock;
import ai.djl.nn.Block;
import ai.djl.nn.BlockList;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.ActiveAdapters;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.FrozenBase;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Gradients;
import org.jspecify.annotations.Nullable;

/**
 * A base with adapters merged into its weights. Holds the merged weights, shares all others with
 * the base, which stays as it was; needs the base to stay open.
 */
public final class MergedModel extends AbstractBaseBlock implements BaseModel, AutoCloseable {

    private final BaseModel base;
    private final MergedWeights own;
    private final FrozenBase frozen;
    private final ActiveAdapters merged;
    private final ImmutableMap<String, Parameter> weights;

    private MergedModel(BaseModel base, MergedWeights own) {
        this.base = base;
        this.own = own;
        inputShapes = new Shape[0];
        ImmutableMap.Builder<String, Parameter> all = ImmutableMap.builder();
        base.parameters().forEach((key, p) -> all.put(key, own.parameters().getOrDefault(p, p)));
        weights = all.buildOrThrow();
        frozen = new FrozenBase(base.parameters().values());
        merged = ActiveAdapters.substituting(frozen, own.parameters());
    }

    /** Folds these adapters; saved modules and biases are those of the registry's activation. */
    static MergedModel of(AdapterRegistry registry, ImmutableList<String> names) {
        BaseModel base = registry.base();
        ActiveAdapters active = registry.unmerged().asWeights(base, registry.sets(), names);
        return new MergedModel(base, MergedWeights.of(base, active, names));
    }

    /** Predicts; records no graph. */
    public ModelOutput forward(ModelInput input) {
        try (Gradients off = Gradients.off()) {
            return forward(input, new ParameterStore(own.manager(), false), false);
        }
    }

    @Override
    public ModelOutput forward(ModelInput input, ParameterStore store, boolean training) {
        AdapterPass pass = new AdapterPass(store, input.manager(), training, merged);
        return base.forward(input, pass, training);
    }

    /** The merged weights where there are any, else those of the base, by checkpoint key. */
    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return weights;
    }

    @Override
    public Block block() {
        return this;
    }

    @Override
    public ModelInput toInput(NDList data, NDList labels) {
        return base.toInput(data, labels);
    }

    @Override
    public NDList toList(ModelOutput output) {
        return base.toList(output);
    }

    @Override
    public ImmutableList<LayerSite> sites() {
        return base.sites();
    }

    @Override
    public ModelInfo info() {
        return base.info();
    }

    @Override
    public BlockList getChildren() {
        return new BlockList();
    }

    @Override
    public ParameterList getDirectParameters() {
        ParameterList list = new ParameterList();
        weights.forEach(list::add);
        return list;
    }

    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        return base.block().getOutputShapes(shapes);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        return toList(forward(toInput(inputs, new NDList()), store, training));
    }

    /** Frees the merged weights; the base stays open. */
    @Override
    public void close() {
        own.close();
        frozen.close();
    }

    @Override
    public String toString() {
        return "Merged" + base.info().className();
    }
}
