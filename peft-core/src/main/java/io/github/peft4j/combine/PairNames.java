package io.github.peft4j.combine;

/**
 * How a file calls the two matrices of a layer, behind the layer's path.
 *
 * @param a the suffix of A, [r, in]
 * @param b the suffix of B, [out, r]
 */
public record PairNames(String a, String b) {}
