package io.github.peft4j.tuner.loha;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.KernelAdapter;
import io.github.peft4j.tuner.lycoris.LycorisStrength;
import java.util.function.BiFunction;

/**
 * The change of a convolution: that of {@link LoHaLinear} over patches of the input, or, with
 * {@code use_effective_conv2d}, the product of two Tucker forms.
 *
 * @see <a href="https://arxiv.org/abs/2108.06098">Hyeon-Woo et al. 2021, proposition 3</a>
 */
final class LoHaKernel implements KernelAdapter.Change {

    private final ImmutableMap<String, Parameter> parameters;
    private final BiFunction<Double, AdapterPass, NDArray> product;
    private final LycorisStrength strength;

    /** The kernel laid flat. */
    LoHaKernel(HadamardFactors factors, LycorisStrength strength) {
        this(
                factors.byName(),
                (factor, pass) -> DeltaOps.hadamardWeight(factors.read(pass), factor),
                strength);
    }

    /** The kernel with axes of its own. */
    LoHaKernel(TuckerFactors factors, LycorisStrength strength) {
        this(factors.byName(), factors::change, strength);
    }

    private LoHaKernel(
            ImmutableMap<String, Parameter> parameters,
            BiFunction<Double, AdapterPass, NDArray> product,
            LycorisStrength strength) {
        this.parameters = parameters;
        this.product = product;
        this.strength = strength;
    }

    @Override
    public NDArray weight(double factor, AdapterPass pass) {
        NDArray change = product.apply(factor * strength.scale(pass), pass);
        return strength.rows(change, pass);
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return parameters;
    }
}
