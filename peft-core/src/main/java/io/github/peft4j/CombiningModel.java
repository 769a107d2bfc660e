package io.github.peft4j;

import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.combine.EnergyReport;
import io.github.peft4j.combine.IntruderOptions;
import io.github.peft4j.combine.IntruderReport;
import io.github.peft4j.combine.LoraConversionOptions;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.combine.IntruderReduction;
import io.github.peft4j.internal.combine.LoraConversion;
import io.github.peft4j.internal.combine.WeightedAdapters;
import io.github.peft4j.internal.store.StoredAdapter;
import io.github.peft4j.store.LoadReport;
import java.io.IOException;
import java.nio.file.Path;

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
     * Gives a LoRA adapter the tensors of another one, of whatever rank, under the same name while
     * the model is in use: a running pass keeps the old ones, each later one finds the new ones
     * alone. Layers that the other adapter lacks are left alone from then on, and the config knows
     * the new ranks. A trainer that holds the old tensors must be made again.
     *
     * @param directory adapter_config.json and adapter_model.safetensors of the other adapter
     * @return which tensors the file lacks
     * @throws IOException if a file is missing or broken, or a tensor does not fit
     * @throws IllegalArgumentException if the name is unknown, the file has tensors for other
     *     layers, or the configs differ in more than ranks and {@code lora_alpha}; nothing has
     *     changed then
     * @throws IllegalStateException if the adapter is merged
     * @throws UnsupportedFeatureException if it is of a method other than LoRA
     */
    public final LoadReport hotswapAdapter(Path directory, String name) throws IOException {
        return StoredAdapter.swap(registry(), directory, name);
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
     *     size, or this model holds adapters of another method alone: {@link #saveAsLora} then, or
     *     make it with {@link PeftModels#getMixedModel}
     * @throws UnsupportedFeatureException if the adapter is more than a change of weights
     */
    public final EnergyReport convertToLora(
            String name, String newName, LoraConversionOptions options) {
        return LoraConversion.convert(registry(), name, registry(), newName, options);
    }

    /**
     * Writes what {@link #convertToLora} makes of an adapter into a directory, as a file that any
     * model over this base loads, Python's too: PEFT's {@code save_as_lora}. This model, whose
     * adapters may all be of another method, stays as it is.
     *
     * @throws IOException if it cannot be written
     */
    public final EnergyReport saveAsLora(String name, Path directory, LoraConversionOptions options)
            throws IOException {
        return LoraConversion.save(registry(), name, directory, options);
    }

    /**
     * Adds a LoRA adapter with less of its intruder dimensions under a new name: PEFT's {@code
     * reduce_intruder_dimension}. Low-rank training leaves singular vectors in the merged weight
     * that resemble none of the base's, and with them goes knowledge of the base; what is taken out
     * of them brings some of it back and costs some of what was learned.
     *
     * <p>At each layer, with the weight \(W\) [out, in] and the adapter's change \(\Delta = s B
     * A\), the first {@code top_k} left singular vectors \(u_i\) of \(W + \Delta\) are compared
     * with those of W. Where no absolute cosine reaches {@code threshold_epsilon}, the part \(s_i
     * u_i v_i^\top\) is an intruder, and the new change is \(\Delta + (\lambda - 1) \sum_i s_i u_i
     * v_i^\top\), cut to the adapter's rank by its singular value decomposition. Layers without
     * intruders are copied. Layers that keep their weight transposed (GPT-2) and embeddings are
     * compared in the orientation [out, in] too, where PEFT fails or mixes up the sides.
     *
     * <p>The new adapter has the config and the saved modules of the old one, and is not active
     * until {@link PeftModel#setAdapter}; PEFT activates it at once.
     *
     * @param name the LoRA adapter, which stays as it is
     * @return where there were intruders, and how much of the new change the rank left out
     * @throws IllegalArgumentException if a name is unknown or taken
     * @throws UnsupportedFeatureException if the adapter is no plain LoRA: {@link #convertToLora}
     *     first
     * @see <a href="https://arxiv.org/abs/2410.21228">LoRA vs Full Fine-tuning: An Illusion of
     *     Equivalence</a>
     */
    public final IntruderReport reduceIntruderDimension(
            String name, String newName, IntruderOptions options) {
        return IntruderReduction.reduce(registry(), name, newName, options);
    }
}
