package io.github.peft4j.combine;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.frozen.LowRank;
import java.util.List;
import java.util.Map;

/**
 * A method whose adapter is a product of two thin matrices at each layer: what any change of weight
 * can be brought into.
 *
 * @param <C> the method's config
 */
public interface PairMethod<C extends LayerConfig> extends PeftMethod<C> {

    /**
     * The config of an adapter with the scale 1 and these ranks; targets, saved modules, task and
     * base are those of another one.
     *
     * @param ranks by the layer's path
     */
    C pairConfig(LayerConfig source, Map<String, Integer> ranks);

    /**
     * Refuses a layer at which a pair acts in another way than through the weight.
     *
     * @throws io.github.peft4j.exception.UnsupportedFeatureException with the cure
     */
    void requirePairLayer(LayerSite site);

    /**
     * Refuses an adapter that is more than its pairs, times the scale, on the base as it is.
     *
     * @param name what the error calls the adapter
     * @throws io.github.peft4j.exception.UnsupportedFeatureException with the cure
     */
    void requirePlainPairs(String name, C config);

    /**
     * Gives an adapter that was made of {@link #pairConfig}, or of the config of an adapter of
     * plain pairs, its values.
     *
     * @param set its tensors have no values yet
     * @param pairs by the layer's path: the change of the weight as adapters see it
     * @param keep holds the values until the set has been initialized
     */
    void fillPairs(AdapterSet set, Map<String, LowRank> pairs, NDManager keep);

    /** How a file calls the matrices of a layer. */
    List<PairNames> pairNames();

    /** The factor on a layer's product B A. */
    double pairScale(C config, String path);
}
