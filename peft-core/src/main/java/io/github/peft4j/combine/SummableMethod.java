package io.github.peft4j.combine;

import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethod;
import java.util.List;

/**
 * A method whose adapters can be added with weights: the result is an adapter of the same method.
 *
 * @param <C> the method's config
 */
public interface SummableMethod<C extends PeftConfig> extends PeftMethod<C> {

    /**
     * A sum of adapters; computes nothing yet.
     *
     * @param summands at least one, all of one model
     * @throws IllegalArgumentException if they cannot be added in this way
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if the method knows sums of
     *     another kind alone
     */
    WeightedSum<C> weightedSum(List<Summand<C>> summands, WeightedAdapterOptions options);
}
