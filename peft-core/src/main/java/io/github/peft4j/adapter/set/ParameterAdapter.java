package io.github.peft4j.adapter.set;

import io.github.peft4j.adapter.WeightAdapter;

/**
 * What acts at a parameter that belongs to no layer of its own, such as the stacked weights of
 * experts.
 *
 * @param name dotted name of the parameter
 * @param adapter takes and gives the parameter as it is stored, with all its axes
 */
public record ParameterAdapter(String name, WeightAdapter adapter) {

    /** Path of the module that holds the parameter. */
    public String owner() {
        return name.substring(0, Math.max(0, name.lastIndexOf('.')));
    }
}
