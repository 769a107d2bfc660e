package io.github.peft4j.internal.runtime;

import io.github.peft4j.adapter.set.AdapterSet;

/** Which adapters a factor has a meaning for: those that only add. */
public final class AdapterScales {

    private AdapterScales() {}

    /**
     * Refuses a factor on an adapter that does more than add.
     *
     * @param name the adapter's, for the text
     * @throws IllegalArgumentException naming the layer
     */
    public static void require(AdapterSet set, String name, double factor) {
        if (set.modelAdapter().isPresent()) {
            throw new IllegalArgumentException(
                    "Adapter '"
                            + name
                            + "' changes the model's inputs, so the factor "
                            + factor
                            + " has no meaning for it. Only adapters that add, such as LoRA, can be"
                            + " scaled.");
        }
        set.layers()
                .forEach(
                        (path, adapter) -> {
                            if (!adapter.isScalable()) {
                                throw new IllegalArgumentException(
                                        "Adapter '"
                                                + name
                                                + "' does more than add to layer "
                                                + path
                                                + ", so the factor "
                                                + factor
                                                + " has no meaning there. Only adapters that add, such as"
                                                + " LoRA, can be scaled.");
                            }
                        });
    }
}
