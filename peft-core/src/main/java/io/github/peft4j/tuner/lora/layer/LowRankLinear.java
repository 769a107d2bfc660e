package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.frozen.LowRank;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An adapter of a linear layer that adds {@code s (d(x) A^T B^T + c)}, however A and B are kept.
 */
public abstract class LowRankLinear implements DeltaAdapter, WeightAdapter {

    private final LoraTensors tensors;

    /** A layer's tensors. */
    protected LowRankLinear(LoraTensors tensors) {
        this.tensors = tensors;
    }

    /** Its tensors. */
    public final LoraTensors tensors() {
        return tensors;
    }

    /** A [r, in] for a pass. */
    protected abstract NDArray a(AdapterPass pass);

    /** B [out, r] for a pass. */
    protected abstract NDArray b(AdapterPass pass);

    /** y with what A and B make of x. */
    protected NDArray add(NDArray y, NDArray x, AdapterPass pass) {
        return Ops.loraAdd(y, tensors.dropout().of(x, pass), a(pass), b(pass), scale(pass));
    }

    /** What A and B make of x. */
    protected NDArray product(NDArray x, AdapterPass pass) {
        return Ops.loraDelta(tensors.dropout().of(x, pass), a(pass), b(pass), scale(pass));
    }

    @Override
    public final NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return tensors.bias() == null
                ? add(base.forward(x), x, pass)
                : DeltaAdapter.super.forward(x, base, pass);
    }

    @Override
    public final NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray delta = product(x, pass);
        NDArray bias = tensors.biasOver(null, scale(pass), pass);
        return bias == null ? delta : delta.add(bias);
    }

    @Override
    public final @Nullable LowRank lowRank(AdapterPass pass) {
        return tensors.bias() != null || tensors.dropout().acts(pass)
                ? null
                : new LowRank(a(pass), b(pass), scale(pass));
    }

    @Override
    public final NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.lowRank(a(pass), b(pass), scale(pass)));
    }

    @Override
    public final LowRank lowRankChange(NDArray frozen, AdapterPass pass) {
        return new LowRank(a(pass), b(pass), scale(pass));
    }

    @Override
    public final @Nullable NDArray bias(@Nullable NDArray current, AdapterPass pass) {
        return tensors.biasOver(current, scale(pass), pass);
    }

    @Override
    public final @Nullable String needsActivation() {
        return tensors.dropout().needsActivation();
    }

    @Override
    public final List<Parameter> factors() {
        return tensors.factors();
    }

    @Override
    public final Map<String, Parameter> parameters() {
        return tensors.byName();
    }

    /** s in a pass. */
    protected final double scale(AdapterPass pass) {
        return tensors.scaling() * pass.scale(this);
    }
}
