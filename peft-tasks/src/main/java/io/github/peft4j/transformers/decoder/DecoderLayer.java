package io.github.peft4j.transformers.decoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Module;

/** One layer of a decoder, or its attention: hidden states to hidden states. */
public abstract class DecoderLayer extends Module {

    /** For layers. */
    protected DecoderLayer() {}

    /** Hidden states [B, S, H] or, packed, [T, H]. */
    public abstract NDArray forward(AdapterPass pass, NDArray x, DecoderCall call);
}
