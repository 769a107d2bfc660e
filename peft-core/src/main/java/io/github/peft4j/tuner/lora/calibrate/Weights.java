package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.TensorOps;

/** The frozen weights of linear layers. */
final class Weights {

    private Weights() {}

    /** [out, in], float32, without gradient, however the layer stores it. */
    static NDArray of(LayerSite site, NDManager manager) {
        NDArray stored = site.requireWeight().getArray();
        NDArray wide =
                HeldNumbers.isHeld(stored)
                        ? HeldNumbers.float32(stored)
                        : TensorOps.detached(stored);
        wide.attach(manager);
        return site.kind() == LayerKind.CONV1D_TRANSPOSED ? wide.transpose() : wide;
    }
}
