package io.github.peft4j.model;

/** What a layer computes, as far as a tuner must know to fit an adapter to it. */
public enum LayerKind {
    /** {@code y = x W^T + b} with W [out, in]. */
    LINEAR("torch.nn.Linear"),
    /** The transposed linear layer of GPT-2: the file holds W as [in, out]. */
    CONV1D_TRANSPOSED("transformers' Conv1D"),
    /** A look-up of rows; W is [rows, dim]. */
    EMBEDDING("torch.nn.Embedding"),
    /** A convolution over 1, 2 or 3 axes; W is [out, in / groups, kernel...]. */
    CONVOLUTION("torch.nn.Conv1d, Conv2d, Conv3d"),
    /** Layer norm, RMS norm and their like: a scale and perhaps a shift per feature. */
    NORM("torch.nn.LayerNorm and its like"),
    /** An attention whose queries, keys and values come from one weight, [3 dim, dim]. */
    ATTENTION("torch.nn.MultiheadAttention"),
    /** A module that only holds others, or one that no tuner knows. */
    OTHER("other modules");

    private final String inPython;

    LayerKind(String inPython) {
        this.inPython = inPython;
    }

    /** The name, and what it is called in Python, for texts. */
    public String described() {
        return name() + " (" + inPython + ")";
    }

    /** Whether {@code all-linear} takes this layer. */
    public boolean isLinear() {
        return this == LINEAR || this == CONV1D_TRANSPOSED;
    }
}
