package io.github.peft4j.tuner.lokr;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.KernelAdapter;
import io.github.peft4j.tuner.lycoris.LycorisStrength;

/**
 * The change of a convolution: W1 [l, m] over channels alone, W2 [k, n, kernel...] over channels
 * and the kernel; stored whole, flat as thin matrices, or in Tucker form with {@code
 * use_effective_conv2d}.
 */
final class LoKrKernel implements KernelAdapter.Change {

    private final KroneckerFactor first;
    private final KroneckerFactor second;
    private final LycorisStrength strength;

    LoKrKernel(KroneckerFactor first, KroneckerFactor second, LycorisStrength strength) {
        this.first = first;
        this.second = second;
        this.strength = strength;
    }

    @Override
    public NDArray weight(double factor, AdapterPass pass) {
        NDArray change =
                DeltaOps.kronecker(
                        first.read(pass), second.read(pass), factor * strength.scale(pass));
        return strength.rows(change, pass);
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return ImmutableMap.<String, Parameter>builder()
                .putAll(first.tensors())
                .putAll(second.tensors())
                .buildOrThrow();
    }
}
