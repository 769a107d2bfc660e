package io.github.peft4j.tuner.xlora;

import io.github.peft4j.model.ModelInfo;

/** What X-LoRA asks of a base. */
final class XLoraRules {

    private XLoraRules() {}

    /**
     * Refuses a base that cannot be run twice a call, or whose hidden states have another size.
     *
     * @throws IllegalArgumentException with the cure
     */
    static void check(XLoraConfig config, ModelInfo info) {
        Object cached = info.config().getOrDefault("use_cache", true);
        if (info.modelType() != null && !Boolean.FALSE.equals(cached)) {
            throw new IllegalArgumentException(
                    "use_cache of the base is "
                            + cached
                            + "; it must be False: X-LoRA runs the base twice a call. Load the base"
                            + " with LoadOptions.builder().addConfigOverride(\"use_cache\","
                            + " false).");
        }
        if (config.adapters().isEmpty()) {
            throw new IllegalArgumentException(
                    "adapters is empty; X-LoRA needs LoRA adapters to weight. Name their"
                            + " directories: optAdapters(Map.of(\"0\", ..., \"1\", ...)).");
        }
        Object size = info.config().get("hidden_size");
        if (size instanceof Number number && number.intValue() != config.hiddenSize()) {
            throw new IllegalArgumentException(
                    "hidden_size is "
                            + config.hiddenSize()
                            + ", but hidden states of the base have size "
                            + size
                            + ". Set it to that.");
        }
    }
}
