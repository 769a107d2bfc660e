package io.github.peft4j.tuner.adalora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.InputDropout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adds a product in the form of a singular value decomposition to a frozen linear layer.
 *
 * <p>\(y = x W^\top + b + \frac{s}{n + 10^{-5}}\,d(x) (A \odot E)^\top B^\top\), where d is dropout
 * while training. Equal to the weight \(W + \frac{s}{n + 10^{-5}} B (A \odot E)\).
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>A: {@code lora_A} [r, in], B: {@code lora_B} [out, r]; normal with deviation 0.02 at the
 *       start
 *   <li>E: {@code lora_E} [r, 1]; zero at the start, and again for ranks that are taken away; all
 *       trained, float32
 *   <li>n: {@code ranknum}, frozen: {@code init_r}, also when fewer ranks are left
 *   <li>s: {@code lora_alpha}, or n if that is not positive
 * </ul>
 *
 * @see <a href="https://arxiv.org/abs/2303.10512">Zhang et al. 2023, equation 3</a>
 */
final class AdaLoraLinear implements DeltaAdapter, WeightAdapter {

    private final AdaLoraTensors tensors;
    private final double scaling;
    private final InputDropout dropout;

    AdaLoraLinear(AdaLoraTensors tensors, double scaling, InputDropout dropout) {
        this.tensors = tensors;
        this.scaling = scaling;
        this.dropout = dropout;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        NDArray y = base.forward(x);
        return DeltaOps.singularAdd(y, dropout.of(x, pass), tensors.read(pass), scale(pass));
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        return DeltaOps.singularDelta(dropout.of(x, pass), tensors.read(pass), scale(pass));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(DeltaOps.singularWeight(tensors.read(pass), scale(pass)));
    }

    @Override
    public @Nullable String needsActivation() {
        return dropout.needsActivation();
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.copyOf(tensors.byName().values());
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return tensors.byName();
    }

    private double scale(AdapterPass pass) {
        return scaling * pass.scale(this);
    }
}
