package io.github.peft4j.tuner.lora.start;

import ai.djl.ndarray.NDManager;

/** The place of a start whose values data must give. */
record UncalibratedInitializer(String name) implements WeightStart {

    @Override
    public BaseShare baseShare() {
        return BaseShare.KEPT;
    }

    @Override
    public Pair create(NDManager manager, StartLayer layer) {
        throw new IllegalArgumentException(
                "init_lora_weights is "
                        + name
                        + ", whose start at "
                        + layer.path()
                        + " data decide, and there is none here. To begin a training, run"
                        + " LoraCalibration on some batches and use the config that it gives. To"
                        + " predict with an adapter from Python, save it there as plain LoRA:"
                        + " save_pretrained(directory, path_initial_model_for_weight_conversion=the"
                        + " folder of its start).");
    }
}
