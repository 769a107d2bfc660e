package io.github.peft4j.tuner.lora.dora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.WeightAdapter;
import java.util.Map;
import java.util.function.Supplier;

/** What DoRA has in common at all kinds of layers. */
abstract class DoraLayer implements LayerAdapter, WeightAdapter {

    private final Map<String, Parameter> tensors;
    private final double scaling;
    private final Magnitude magnitude;

    /**
     * An adapter.
     *
     * @param tensors of LoRA, by their suffix in the file
     * @param scaling s of LoRA
     */
    DoraLayer(Map<String, Parameter> tensors, double scaling, Magnitude magnitude) {
        this.tensors = magnitude.with(tensors);
        this.scaling = scaling;
        this.magnitude = magnitude;
    }

    /** The lengths of W + s B A, W being what the supplier gives. */
    abstract NDArray lengths(NDArray weight, double scale, AdapterPass pass);

    /** m for a pass. */
    final NDArray magnitude(AdapterPass pass) {
        return magnitude.of(pass);
    }

    /** The lengths for a pass, computed only where none are kept. */
    final NDArray norm(AdapterPass pass, Supplier<NDArray> weight) {
        double scale = scale(pass);
        return magnitude.norm(pass, scale, () -> lengths(weight.get(), scale, pass));
    }

    /** s in a pass. */
    final double scale(AdapterPass pass) {
        return scaling * pass.scale(this);
    }

    @Override
    public final Map<String, Parameter> parameters() {
        return tensors;
    }

    @Override
    public final Map<String, String> formerNames() {
        return Magnitude.formerNames();
    }

    @Override
    public final boolean isScalable() {
        return true;
    }

    @Override
    public final String refusesMixedBatches() {
        return DoraVariant.NO_MIXED_BATCHES;
    }
}
