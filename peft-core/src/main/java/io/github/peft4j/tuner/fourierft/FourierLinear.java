package io.github.peft4j.tuner.fourierft;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.LinearShape;
import java.util.List;

/**
 * Adds the inverse Fourier transform of a sparse spectrum to the weight of a frozen linear layer.
 *
 * <p>\(y = x (W + s\,\mathrm{Re}\,\mathcal{F}^{-1}(F))^\top + b\), where F [out, in] holds the
 * trained numbers c at fixed places and is zero elsewhere. The change is computed once a pass.
 *
 * <ul>
 *   <li>x: [..., in]; y: [..., out]
 *   <li>c: {@code fourierft_spectrum} [n], trained, float32; standard normal at the start, or zero
 *       with {@code init_weights}
 *   <li>places [n]: the first of a permutation of all in · out, by the seed; not saved
 *   <li>s: {@code scaling}
 * </ul>
 *
 * <p>Costs in · out multiply-adds a token, and a transform of the size of the weight a pass.
 *
 * @see <a href="https://arxiv.org/abs/2405.03003">Gao et al. 2024, equations 2 to 4</a>
 */
final class FourierLinear implements DeltaAdapter, WeightAdapter {

    private final Parameter spectrum;
    private final NDArray places;
    private final LinearShape shape;
    private final double scaling;

    FourierLinear(Parameter spectrum, NDArray places, LinearShape shape, double scaling) {
        this.spectrum = spectrum;
        this.places = places;
        this.shape = shape;
        this.scaling = scaling;
    }

    @Override
    public NDArray forward(NDArray x, BaseLayer base, AdapterPass pass) {
        return DeltaOps.linearAdd(base.forward(x), x, change(pass), pass.scale(this));
    }

    @Override
    public NDArray delta(NDArray x, BaseLayer base, AdapterPass pass) {
        return Ops.scale(Ops.linear(x, change(pass), null), pass.scale(this));
    }

    @Override
    public NDArray weight(NDArray current, NDArray frozen, AdapterPass pass) {
        return current.add(Ops.scale(change(pass), pass.scale(this)));
    }

    @Override
    public List<Parameter> factors() {
        return ImmutableList.of(spectrum);
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.of("fourierft_spectrum", spectrum);
    }

    private NDArray change(AdapterPass pass) {
        return pass.once(
                this,
                () ->
                        DeltaOps.fourier(
                                pass.value(spectrum), places, shape.out(), shape.in(), scaling));
    }
}
