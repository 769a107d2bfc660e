package io.github.peft4j.tuner.lora.layer;

import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.util.List;
import java.util.Map;

/**
 * A way to adapt a layer by A and B that differs from plain LoRA: one option of the config turns it
 * on, and at most one acts in a config.
 */
public interface LoraVariant {

    /** Key of the option that turns it on. */
    String option();

    /** Whether a config asks for it: whether the option is set, as Python's truth has it. */
    default boolean isOn(LoraConfig config) {
        return config.type()
                .option(option())
                .flatMap(config::find)
                .filter(Option::isTruthy)
                .isPresent();
    }

    /**
     * Refuses a config that asks for it and that no model fits, before anything is made.
     *
     * @throws IllegalArgumentException with the cure
     */
    default void check(LoraConfig config) {}

    /**
     * Refuses a config next to the adapters that the model has already, whether this variant is on
     * or not.
     *
     * @param others their configs by name
     * @throws IllegalArgumentException with the cure
     */
    default void checkOthers(LoraConfig config, Map<String, LoraConfig> others) {}

    /**
     * Warnings about an adapter next to those that the model has already, whether this variant is
     * on or not.
     *
     * @param others their configs by name
     */
    default List<String> warningsAmong(LoraConfig config, Map<String, LoraConfig> others) {
        return List.of();
    }

    /**
     * The variant as it acts among the adapters that a model has already.
     *
     * @param others their parts, by name
     * @throws IllegalArgumentException if one that the config asks for is not there
     */
    default LoraVariant among(LoraConfig config, Map<String, AdapterSet> others) {
        return this;
    }

    /**
     * Adds what belongs to no single layer, such as a term of the loss.
     *
     * @param layers the adapters of the layers, filled as they are made
     */
    default void complete(LoraConfig config, AdapterSetBuilder set, List<Adapter> layers) {}

    /**
     * The adapter of a linear layer, however its weight is stored.
     *
     * @throws IllegalArgumentException if the variant does not fit the layer
     */
    Adapter linear(LoraLayer layer);

    /**
     * The adapter of an embedding.
     *
     * @throws IllegalArgumentException if the variant does not fit the layer
     */
    default Adapter embedding(LoraLayer layer) {
        throw layer.refuse(option(), "an embedding");
    }

    /**
     * The adapter of a convolution.
     *
     * @throws IllegalArgumentException if the variant does not fit the layer
     */
    default Adapter convolution(LoraLayer layer) {
        throw layer.refuse(option(), "a convolution");
    }

    /**
     * The adapter of the packed projection of an attention, which acts through its weight.
     *
     * @throws IllegalArgumentException if the variant does not fit the layer
     */
    default Adapter attention(LoraLayer layer) {
        throw layer.refuse(option(), "an attention with a packed projection");
    }

    /** The adapter of the output projection of such an attention. */
    default Adapter attentionOutput(LoraLayer layer) {
        throw layer.refuse(option(), "part of an attention with a packed projection");
    }
}
