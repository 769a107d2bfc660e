package io.github.peft4j.tuner.adalora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.DeltaOps;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.KernelAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The change of a convolution: that of {@link AdaLoraLinear} over patches of the input, with A [r,
 * in · kernel].
 */
record AdaLoraKernel(AdaLoraTensors tensors, double scaling, InputDropout dropout)
        implements KernelAdapter.Change {

    @Override
    public NDArray weight(double factor, AdapterPass pass) {
        return DeltaOps.singularWeight(tensors.read(pass), factor * scaling);
    }

    @Override
    public NDArray input(NDArray x, AdapterPass pass) {
        return dropout.of(x, pass);
    }

    @Override
    public @Nullable String needsActivation() {
        return dropout.needsActivation();
    }

    @Override
    public ImmutableMap<String, Parameter> parameters() {
        return tensors.byName();
    }
}
