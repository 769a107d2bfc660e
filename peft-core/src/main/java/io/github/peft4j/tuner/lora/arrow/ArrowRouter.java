package io.github.peft4j.tuner.lora.arrow;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.tuner.lora.layer.LoraLinear;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import io.github.peft4j.tuner.lora.option.ArrowConfig;
import java.util.Map;

/**
 * Adds what the experts of each token add, weighed by how much of the token lies in their
 * directions.
 *
 * <p>\(y = x W^\top + b + \sum_e c_e(x)\, s_e\, B_e A_e x\), where c is the softmax of \(|x \cdot
 * p_e| / T\) over the k largest, and 0 for the others. The direction \(p_e\) is the right singular
 * vector of \(B_e A_e\) of its largest singular value.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>p: [E, in], a buffer that is computed when the router is made, and not saved
 *   <li>the router's own A and B stand in its file and do nothing, as in PEFT
 * </ul>
 *
 * <p>Costs E·(r·(in + out) + in) multiply-adds a token. Nothing is trained, and nothing can be
 * merged, since each token has experts of its own.
 */
final class ArrowRouter implements DeltaAdapter {

    private final LoraTensors own;
    private final Experts experts;
    private final Parameter prototypes;
    private final ArrowConfig settings;

    ArrowRouter(LoraTensors own, Experts experts, Parameter prototypes, ArrowConfig settings) {
        this.own = own;
        this.experts = experts;
        this.prototypes = prototypes;
        this.settings = settings;
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        Shape shape = x.getShape();
        long in = shape.get(shape.dimension() - 1);
        NDArray tokens = x.reshape(-1, in);
        NDArray weights = weights(tokens, pass); // [t, E]
        NDArray inner = Ops.linear(tokens, experts.down(pass::value), null); // [t, E r]
        long rank = experts.rank();
        NDArray routed =
                inner.reshape(-1, settings.taskAdapterNames().size(), rank)
                        .mul(weights.expandDims(2))
                        .reshape(inner.getShape());
        NDArray delta = Ops.linear(routed, experts.up(pass::value), null);
        NDArray dropped = own.dropout().of(delta, pass);
        double factor = pass.scale(this);
        NDArray scaled = factor == 1 ? dropped : Ops.scale(dropped, factor);
        return scaled.reshape(shape.slice(0, shape.dimension() - 1).add(delta.getShape().get(1)));
    }

    /** How much each expert counts for each token, its scale included. */
    private NDArray weights(NDArray tokens, AdapterPass pass) {
        NDArray scores = Ops.linear(tokens, pass.value(prototypes), null).abs();
        NDArray fixed = scores.stopGradient();
        NDArray least = fixed.topK(settings.topK(), 1, true, true).get(0).min(new int[] {1}, true);
        NDArray small = TensorOps.detachedAs(fixed.lt(least), DataType.FLOAT32);
        small.attach(tokens.getManager());
        NDArray shares =
                Ops.scale(scores, 1 / settings.routerTemperature())
                        .sub(Ops.scale(small, 1e30))
                        .softmax(1);
        float[] scales = new float[experts.experts().size()];
        for (int i = 0; i < scales.length; i++) {
            LoraLinear expert = experts.experts().get(i);
            scales[i] = (float) expert.tensors().scaling();
        }
        // Not in the layer's own manager: the backward pass reads it after that has closed.
        return shares.mul(pass.scope().create(scales));
    }

    @Override
    public Map<String, Parameter> parameters() {
        return own.byName();
    }
}
