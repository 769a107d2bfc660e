package io.github.peft4j.model;

/** What a layer computes, as far as a tuner must know to fit an adapter to it. */
public enum LayerKind {
    /** {@code y = x W^T + b} with W [out, in]. */
    LINEAR,
    /** The transposed linear layer of GPT-2: the file holds W as [in, out]. */
    CONV1D_TRANSPOSED,
    /** A look-up of rows; W is [rows, dim]. */
    EMBEDDING,
    /** A convolution over 1, 2 or 3 axes; W is [out, in / groups, kernel...]. */
    CONVOLUTION,
    /** Layer norm, RMS norm and their like: a scale and perhaps a shift per feature. */
    NORM,
    /** A module that only holds others, or one that no tuner knows. */
    OTHER;

    /** Whether {@code all-linear} takes this layer. */
    public boolean isLinear() {
        return this == LINEAR || this == CONV1D_TRANSPOSED;
    }
}
