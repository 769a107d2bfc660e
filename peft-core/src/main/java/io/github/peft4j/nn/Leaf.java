package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.precision.FrozenForm;
import org.jspecify.annotations.Nullable;

/**
 * A layer of one input and one output that adapters can act on. It is callable as a DJL block too:
 * with an {@link AdapterPass} as its store the adapters act, with any other none do.
 */
public abstract class Leaf extends Module implements AdaptableLayer {

    private volatile @Nullable FrozenForm frozenForm;

    /** Creates a layer; subclasses add its parameters. */
    protected Leaf() {}

    /** The layer's output with the adapters of the pass. */
    public final NDArray forward(AdapterPass pass, NDArray x) {
        return pass.apply(this, x);
    }

    @Override
    public final @Nullable FrozenForm frozenForm() {
        return frozenForm;
    }

    /** Sets how the layer is computed from its own weight where no gradient is recorded. */
    final void setFrozenForm(FrozenForm form) {
        frozenForm = form;
    }

    @Override
    protected final NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            @Nullable PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        return new NDList(forward(AdapterPass.over(store, x.getManager(), training), x));
    }
}
