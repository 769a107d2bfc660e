package io.github.peft4j.combine;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import java.util.List;

/**
 * A sum of adapters that has passed all checks that need no model.
 *
 * @param <C> the method's config
 */
public interface WeightedSum<C extends PeftConfig> {

    /** How the sum is made; nothing exists yet. */
    C config();

    /**
     * Gives the tensors of the sum's layers their values.
     *
     * @param sum the adapter of {@link #config}, at the layers of all summands together; its
     *     tensors have no values yet
     * @param scratch where values live until the sum's set has been initialized
     * @return what decompositions left out, by layer
     * @throws IllegalArgumentException if tensors of a layer do not fit each other
     */
    List<LayerEnergy> fill(AdapterSet sum, NDManager scratch);
}
