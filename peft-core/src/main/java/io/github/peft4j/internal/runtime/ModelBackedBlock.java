package io.github.peft4j.internal.runtime;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBaseBlock;
import ai.djl.nn.BlockList;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.precision.Precision;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A DJL block over a base model that it refers to but does not own: the base is no child, so nobody
 * who walks, trains or saves the block reaches it.
 */
public abstract class ModelBackedBlock extends AbstractBaseBlock {

    private final BaseModel base;

    /** A block over this base. */
    public ModelBackedBlock(BaseModel base) {
        this.base = base;
        inputShapes = new Shape[0]; // the arrays exist from the start
    }

    /** Runs a pass; what the DJL view of the block calls. */
    public abstract ModelOutput run(ModelInput input, ParameterStore store, boolean training);

    /**
     * How the layers of the base hold their weights; those that adapters were merged into are
     * float32 in any case.
     */
    public final Precision precision() {
        return base.precision();
    }

    /** Which parameters may be thawed. */
    protected Predicate<Parameter> mayTrain() {
        return parameter -> true;
    }

    /** Refuses what would change the block's parameters, where it must not. */
    protected void refuseChange(String what) {}

    /** Freezes what the predicate names, or lets it train again if it may. */
    @Override
    public final void freezeParameters(boolean freeze, Predicate<Parameter> predicate) {
        refuseChange(freeze ? "freeze parameters" : "thaw parameters");
        Predicate<Parameter> thawed = mayTrain();
        for (Parameter parameter : getParameters().values()) {
            if (predicate.test(parameter) && (freeze || thawed.test(parameter))) {
                parameter.freeze(freeze);
            }
        }
    }

    @Override
    public final void freezeParameters(boolean freeze) {
        freezeParameters(freeze, parameter -> true);
    }

    @Override
    public final void clear() {
        refuseChange("clear the parameters");
        super.clear();
    }

    @Override
    public final void loadParameters(NDManager manager, DataInputStream file)
            throws IOException, MalformedModelException {
        refuseChange("load parameters");
        super.loadParameters(manager, file);
    }

    /** No children: the base is a reference. */
    @Override
    public final BlockList getChildren() {
        return new BlockList();
    }

    /** The base's shapes. */
    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        return base.block().getOutputShapes(shapes);
    }

    @Override
    protected final NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        ModelOutput output = run(base.toInput(inputs, new NDList()), store, training);
        return base.toList(output.withoutVirtualTokens());
    }
}
