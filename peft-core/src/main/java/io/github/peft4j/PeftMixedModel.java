package io.github.peft4j;

import io.github.peft4j.adapter.BaseModel;

/**
 * A base model with named adapters of several methods, such as LoRA, LoHa, LoKr and OFT together.
 *
 * <p>{@code model.setAdapter("lora", "oft")} lets several act. At a layer that more than one of
 * them changes, an adapter of another method lies around those that came before it: the layer sees
 * \(x\), the adapter that came last sees it first. The activation decides only among adapters of
 * one method that came one after the other. Merging composes in the same order.
 *
 * <p>Any method mixes whose adapters change layers; prompts, prefixes and copies of whole modules
 * have a {@link PeftModel} of their own. Each adapter is saved as the ordinary adapter that it is,
 * in a folder of its own.
 *
 * @see PeftModels#getMixedModel(ai.djl.nn.Block, io.github.peft4j.config.PeftConfig)
 */
public class PeftMixedModel extends PeftModel {

    /** Wraps a base; there is no adapter yet. Use {@link PeftModels}. */
    protected PeftMixedModel(BaseModel base) {
        super(base);
        registry().allowMixed();
    }
}
