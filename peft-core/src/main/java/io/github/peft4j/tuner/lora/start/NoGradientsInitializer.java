package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDManager;

/**
 * LoRA-GA without gradients. What was saved here with its start is whole again when it is loaded
 * here; anything else begins as the identity.
 */
record NoGradientsInitializer() implements LoraInitializer {

    @Override
    public BaseShare baseShare() {
        return BaseShare.KEPT;
    }

    @Override
    public Pair create(NDManager manager, long in, long out, int rank) {
        return LoraInitializer.kaiming().create(manager, in, out, rank);
    }
}
