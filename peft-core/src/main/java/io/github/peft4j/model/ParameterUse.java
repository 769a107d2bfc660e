package io.github.peft4j.model;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * A parameter as one layer reads it. Tied layers hold one parameter, each in a slot of its own, so
 * that an adapter may change what one of them reads and leave the others.
 *
 * @param layer which layer reads, or null where all who read the parameter read the same
 * @param parameter as the layer holds it
 */
public record ParameterUse(@Nullable Block layer, Parameter parameter) {}
