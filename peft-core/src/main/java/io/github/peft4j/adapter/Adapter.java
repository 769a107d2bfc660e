package io.github.peft4j.adapter;

import ai.djl.nn.Parameter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tensors an adapter owns at one place, by checkpoint suffix, e.g. {@code lora_A.weight}. */
public interface Adapter {

    /** The tensors by suffix, in the order in which the file lists them. */
    Map<String, Parameter> parameters();

    /**
     * Suffixes under which older files hold tensors, by the suffix of now; they are read, not
     * written.
     */
    default Map<String, String> formerNames() {
        return Map.of();
    }

    /**
     * Tensors that tell whether it contributes anything: it does unless one of them is all zero, as
     * LoRA's B is at the start of a training. Empty where its tensors alone do not tell, and what
     * it makes of the layer's weight does.
     */
    default List<Parameter> factors() {
        return List.of();
    }

    /** Whether a factor on what it contributes has a meaning. */
    default boolean isScalable() {
        return false;
    }

    /** Why this adapter cannot serve some rows of a batch and leave out others; null if it can. */
    default @Nullable String refusesMixedBatches() {
        return null;
    }

    /**
     * Why this adapter and another active one cannot act at the same layer, with the next step;
     * null if they can.
     */
    default @Nullable String conflict(Adapter other) {
        return null;
    }
}
