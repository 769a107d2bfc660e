package io.github.peft4j.ops.frozen;

import ai.djl.ndarray.NDArray;

/**
 * What an adapter adds to a linear layer, where that is a product of two thin matrices: {@code
 * scale (x a^T) b^T}.
 *
 * @param a [r, in]
 * @param b [out, r]
 */
public record LowRank(NDArray a, NDArray b, double scale) {}
