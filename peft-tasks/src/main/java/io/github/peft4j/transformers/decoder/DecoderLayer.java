package io.github.peft4j.transformers.decoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.StepLayer;
import org.jspecify.annotations.Nullable;

/** One layer of a decoder, or its attention: hidden states to hidden states. */
public abstract class DecoderLayer extends Module {

    /** For layers. */
    protected DecoderLayer() {}

    /** Hidden states [B, S, H] or, packed, [T, H]. */
    public abstract NDArray forward(AdapterPass pass, NDArray x, DecoderCall call);

    /**
     * The parts of a whole layer, where it is of the kind that {@link StepLayer} describes and has
     * parts that say of what they consist; null else.
     */
    public @Nullable StepLayer stepLayer() {
        return null;
    }

    /** The parts of an attention; null for a whole layer, or where it does not say. */
    public StepLayer.@Nullable Attention attentionParts() {
        return null;
    }
}
