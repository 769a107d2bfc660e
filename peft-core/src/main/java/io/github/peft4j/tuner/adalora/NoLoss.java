package io.github.peft4j.tuner.adalora;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.Penalized;

/**
 * Refuses a loss: its orthogonal term is that of the adapter that trains, and an adapter for
 * prediction has none. PEFT fails there too.
 */
record NoLoss() implements Penalized {

    @Override
    public NDArray penalty(AdapterPass pass) {
        throw new IllegalStateException(
                "A loss was asked of an AdaLoRA adapter that is for prediction (inference_mode of"
                        + " adapter_config.json); part of it is a term of the adapter that trains."
                        + " Load the adapter with optTrainable(true), or leave the labels out.");
    }
}
