package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/** A layer over a weight [in, out] that somebody else may own. */
final class SharedLayer extends Module implements AdaptableLayer {

    private final Parameter weight;

    SharedLayer(Parameter weight) {
        this.weight = weight;
    }

    @Override
    public NDArray compute(NDArray x, NDArray w, @Nullable NDArray b) {
        return Ops.linear(x, w.transpose(), b);
    }

    @Override
    public NDArray canonical(NDArray w) {
        return w.transpose();
    }

    @Override
    public NDArray stored(NDArray w) {
        return w.transpose();
    }

    @Override
    public LayerKind kind() {
        return LayerKind.CONV1D_TRANSPOSED;
    }

    @Override
    public Parameter weight() {
        return weight;
    }

    @Override
    public @Nullable Parameter bias() {
        return null;
    }
}
