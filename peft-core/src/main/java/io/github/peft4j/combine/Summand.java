package io.github.peft4j.combine;

import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;

/**
 * An adapter that is added to others.
 *
 * @param name the adapter
 * @param weight factor on it
 * @param config how it was made
 * @param set its parts
 */
public record Summand<C extends PeftConfig>(String name, double weight, C config, AdapterSet set) {}
