package io.github.peft4j.tuner.lora.layer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Ops;
import java.util.Map;

/**
 * LoRA of the output projection of an attention with a packed projection, as PEFT computes it.
 *
 * <p>\(W := W + 2 s B A\), of which one half has no gradient: PEFT adds the product to the weight
 * and then merges the projection's own adapter, which adds it again. A file was trained so, and
 * means this.
 */
public final class AttentionOutput implements PairAdapter {

    private final LoraTensors tensors;

    /** The projection's tensors. */
    public AttentionOutput(LoraTensors tensors) {
        this.tensors = tensors;
    }

    @Override
    public LoraPair pair() {
        return new LoraPair(tensors.a(), tensors.b(), tensors.scaling());
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        double scale = tensors.scaling() * pass.scale(this);
        NDArray a = pass.value(tensors.a());
        NDArray b = pass.value(tensors.b());
        NDArray trained = Ops.lowRank(a, b, scale);
        return current.add(trained).add(trained.stopGradient());
    }

    @Override
    public Map<String, Parameter> parameters() {
        return tensors.byName();
    }
}
