package io.github.peft4j.tuner.lora.dora;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.lora.DoraOps;
import io.github.peft4j.tuner.lora.layer.LoraTensors;
import org.jspecify.annotations.Nullable;

/**
 * Turns the rows of a frozen linear layer's weight by LoRA and gives them lengths of their own.
 *
 * <p>\(y = g \odot (x W^\top + s\,x A^\top B^\top) + b\) with \(g = m / \lVert W + s B A \rVert\),
 * lengths by rows and without gradient (section 4.3). What lies beneath takes the place of \(x
 * W^\top + b\), so that adapters can be stacked; the lengths are those of W alone all the same.
 * While dropout acts, \(y + (g - 1) \odot d(x) W^\top + g \odot s\,d(x) A^\top B^\top\), with y of
 * the layer beneath, as in PEFT.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>A: {@code lora_A.weight} [r, in]; B: {@code lora_B.weight} [out, r]; m: {@code
 *       lora_magnitude_vector} [out], starts at the lengths, so that the adapter starts as the
 *       identity; all trained, float32
 *   <li>s as in LoRA
 * </ul>
 *
 * <p>Costs what LoRA costs, and r·out·(in + 2 r) multiply-adds a training step for the lengths,
 * which are had from \(W A^\top\) and \(A A^\top\).
 *
 * @see <a href="https://arxiv.org/abs/2402.09353">Liu et al. 2024, equation 5</a>
 */
final class DoraLinear extends DoraLayer {

    private final LoraTensors tensors;

    DoraLinear(LoraTensors tensors, Magnitude magnitude) {
        super(tensors.byName(), tensors.scaling(), magnitude);
        this.tensors = tensors;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        NDArray input = tensors.dropout().of(x, pass);
        if (input != x) {
            return dropped(y, input, base, pass);
        }
        DoraOps.Dora dora =
                new DoraOps.Dora(tensors.a(pass), tensors.b(pass), magnitude(pass), scale(pass));
        if (pass.training()) {
            return DoraOps.add(y, x, base.weight(), dora, base.bias());
        }
        return DoraOps.scaled(y, x, norm(pass, base::weight), dora, base.bias());
    }

    private NDArray dropped(NDArray y, NDArray input, BaseLayer base, AdapterPass pass) {
        NDArray w = base.weight();
        NDArray change = Ops.loraDelta(input, tensors.a(pass), tensors.b(pass), scale(pass));
        return DoraOps.again(
                y,
                Ops.linear(input, w, null),
                change,
                magnitude(pass),
                norm(pass, () -> w),
                y.getShape().dimension() - 1);
    }

    @Override
    NDArray lengths(NDArray weight, double scale, AdapterPass pass) {
        return DoraOps.norm(weight, tensors.a(pass), tensors.b(pass), scale);
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        NDArray change = Ops.lowRank(tensors.a(pass), tensors.b(pass), scale(pass));
        return DoraOps.rows(current, change, magnitude(pass), norm(pass, () -> frozen));
    }

    @Override
    public @Nullable String needsActivation() {
        return tensors.dropout().needsActivation();
    }
}
