package io.github.peft4j.tuner.lora.calibrate;

import io.github.peft4j.tuner.lora.LoraConfig;

/** A start that data decide. */
interface CalibratedStart {

    /** Its value of {@code init_lora_weights}. */
    String name();

    /** Gathers what it needs, and puts the start into the config. */
    LoraConfig run(LoraConfig config, WatchedModel model);
}
