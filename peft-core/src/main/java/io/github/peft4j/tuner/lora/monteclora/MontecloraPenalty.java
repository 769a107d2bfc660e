package io.github.peft4j.tuner.lora.monteclora;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.ops.Ops;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The mean over all layers of what keeps the noise near its prior.
 *
 * @param layers the layers of the adapter
 */
record MontecloraPenalty(List<Adapter> layers) implements Penalized {

    @Override
    public NDArray penalty(AdapterPass pass) {
        @Nullable NDArray sum = null;
        for (Adapter adapter : layers) {
            NDArray here = ((MontecloraLinear) adapter).penalty(pass);
            sum = sum == null ? here : sum.add(here);
        }
        if (sum == null) {
            throw new IllegalStateException("A MonteCLoRA adapter without layers has no loss.");
        }
        return Ops.scale(sum, 1.0 / layers.size());
    }

    /** PEFT leaves it to the training to add this. */
    @Override
    public boolean isOfModel() {
        return false;
    }
}
