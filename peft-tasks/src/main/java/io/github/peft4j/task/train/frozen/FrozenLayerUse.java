package io.github.peft4j.task.train.frozen;

/**
 * What a cache of frozen layers' outputs has done.
 *
 * @param rows how many different rows it holds
 * @param bytes that they take on disk
 * @param layer the layer, from 0, whose input is kept; 0 before the first call
 * @param calls of the model so far
 * @param known calls that began at that layer
 */
public record FrozenLayerUse(int rows, long bytes, int layer, long calls, long known) {}
