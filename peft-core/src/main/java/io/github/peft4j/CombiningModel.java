package io.github.peft4j;

import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.combine.EnergyReport;
import io.github.peft4j.combine.LoraConversionOptions;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.combine.LoraConversion;
import io.github.peft4j.internal.combine.WeightedAdapters;

/** New adapters out of a model's others: the part of {@link PeftModel} that combines. */
abstract class CombiningModel extends AdaptedModel {

    CombiningModel(BaseModel base) {
        super(base);
    }

    /**
     * Adds a weighted sum of adapters as a new one, which is not active until {@link
     * PeftModel#setAdapter}. Knows LoRA and IA3, as PEFT does; their sum acts at the layers of all
     * adapters together. A module that one of them saves whole is taken along.
     *
     * @return which share of the sum the types that decompose left out, by layer; empty for others
     * @throws IllegalArgumentException if the name is taken, an adapter is unknown, or the adapters
     *     do not go together; nothing has changed then
     * @throws UnsupportedFeatureException if the method has no weighted sum, or an adapter holds
     *     what a sum would leave out; the text says what to do
     * @see io.github.peft4j.combine.CombinationType
     */
    public final EnergyReport addWeightedAdapter(String name, WeightedAdapterOptions options) {
        return WeightedAdapters.add(registry(), name, options);
    }

    /**
     * Adds an adapter's change of the weights as LoRA, cut to a rank by its singular value
     * decomposition: any adapter that can be merged becomes one that servers, mixed batches and
     * weighted sums take. A LoRA comes out smaller, which is how ranks are shrunk. The scale is 1,
     * and modules that are saved whole are taken along; a factor of {@link PeftModel#setScale} is
     * not.
     *
     * <p>Nothing is lost where the rank reaches that of the change: of LoRA and MiSS at their own
     * rank. The new adapter is not active until {@link PeftModel#setAdapter}.
     *
     * @param name the adapter to convert, which stays as it is
     * @param newName what the new one is called
     * @return which share of the change was left out, by layer
     * @throws IllegalArgumentException if a name is unknown or taken, the rank exceeds a layer's
     *     size, or this model cannot hold LoRA next to the adapter's own method
     * @throws UnsupportedFeatureException if the adapter is more than a change of weights
     */
    public final EnergyReport convertToLora(
            String name, String newName, LoraConversionOptions options) {
        return LoraConversion.convert(registry(), name, registry(), newName, options);
    }
}
