package io.github.peft4j.tuner.adalora;

import io.github.peft4j.target.DefaultTargets;

/** Which layers AdaLoRA adapts where a config does not say. */
final class AdaLoraTargets {

    static final DefaultTargets TABLE = DefaultTargets.ADALORA;

    private AdaLoraTargets() {}
}
