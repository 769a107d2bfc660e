package io.github.peft4j.tuner.lora.alora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import java.util.List;
import java.util.Map;

/**
 * LoRA that acts from the last invocation of each row on, and not before.
 *
 * <p>\(y_t = x_t W^\top + b + m_t\, s\, B A\, d(x_t)\) with \(m_t = 1\) from the first token of the
 * invocation on, and 0 before it and in rows without one.
 *
 * <ul>
 *   <li>x: [B, T, in]; y: [B, T, out]
 *   <li>A, B, s, d: as in plain LoRA
 * </ul>
 *
 * <p>Costs as much as LoRA; a pass without an invocation costs nothing. Has no weight form, since
 * the weight differs from position to position.
 *
 * @see <a href="https://arxiv.org/abs/2504.12397">Greenewald et al. 2025</a>
 */
final class ActivatedLora implements DeltaAdapter {

    private final LoraTensors tensors;
    private final Invocation invocation;

    ActivatedLora(LoraTensors tensors, Invocation invocation) {
        this.tensors = tensors;
        this.invocation = invocation;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return Gradients.isOn() || invocation.isIn(pass)
                ? DeltaAdapter.super.forward(x, base, pass)
                : base.forward(x);
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        Shape shape = x.getShape();
        double scale = tensors.scaling() * pass.scale(this);
        NDArray a = pass.value(tensors.a());
        NDArray b = pass.value(tensors.b());
        NDArray delta = Ops.loraDelta(tensors.dropout().of(x, pass), a, b, scale);
        NDArray bias = tensors.biasOver(null, scale, pass);
        NDArray whole = bias == null ? delta : delta.add(bias);
        long positions = shape.dimension() == 3 ? shape.get(1) : 1;
        NDArray mask = invocation.mask(shape.get(0), positions, pass);
        return whole.mul(shape.dimension() == 3 ? mask.expandDims(2) : mask);
    }

    @Override
    public List<Parameter> factors() {
        return tensors.factors();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return tensors.byName();
    }
}
