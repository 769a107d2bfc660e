package io.github.peft4j.tuner.lora;

import java.util.Arrays;
import java.util.Locale;

/** Which biases of the base model LoRA trains along. */
public enum LoraBias {
    /** None; the only choice if several adapters share a model. */
    NONE,
    /** Every bias of the model. */
    ALL,
    /** The biases of the adapted layers. */
    LORA_ONLY;

    /** The name in JSON. */
    public String jsonName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The choice of this JSON name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static LoraBias of(String jsonName) {
        return Arrays.stream(values())
                .filter(bias -> bias.jsonName().equals(jsonName))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "bias is '"
                                                + jsonName
                                                + "'; it must be one of none, all, lora_only."));
    }
}
