package io.github.peft4j.transformers.bart;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.seq2seq.StackCall;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One layer: attention over itself, in a decoder over the encoder's output, then the feed-forward
 * part. Norms stand after the sums (BART) or before the parts (MBART).
 */
final class BartLayer extends Module {

    /** Hard-coded in transformers. */
    static final double NORM_EPS = 1e-5;

    private final BartConfig config;
    private final BartAttention self;
    private final LayerNorm selfNorm;
    private final @Nullable Cross cross;
    private final Linear up;
    private final Linear down;
    private final LayerNorm outputNorm;

    /** A decoder's attention over the encoder's output. */
    private record Cross(BartAttention attention, LayerNorm norm) {}

    BartLayer(BartConfig config, int index, boolean decoder) {
        this.config = config;
        int hidden = config.hiddenSize();
        BartConfig.Half half = config.half(decoder);
        self = child("self_attn", new BartAttention(config, index, half.heads(), decoder));
        selfNorm = child("self_attn_layer_norm", norm());
        cross =
                decoder
                        ? new Cross(
                                child(
                                        "encoder_attn",
                                        new BartAttention(config, index, half.heads(), false)),
                                child("encoder_attn_layer_norm", norm()))
                        : null;
        up = child("fc1", new Linear(hidden, half.intermediateSize()));
        down = child("fc2", new Linear(half.intermediateSize(), hidden));
        outputNorm = child("final_layer_norm", norm());
    }

    private LayerNorm norm() {
        return new LayerNorm(config.hiddenSize(), NORM_EPS);
    }

    /**
     * The layer's output.
     *
     * @param memory what the encoder made, for a decoder
     */
    NDArray forward(StackCall call, NDArray x, StackCall.@Nullable Memory memory) {
        AdapterPass pass = call.pass();
        NDArray sum = part(pass, selfNorm, x, h -> self.forward(call, h));
        if (cross != null && memory != null) {
            BartAttention attention = cross.attention();
            sum = part(pass, cross.norm(), sum, h -> attention.cross(call, memory, h));
        }
        return part(pass, outputNorm, sum, h -> feedForward(pass, h));
    }

    /** A part with its norm, its dropout and the sum around it. */
    private NDArray part(
            AdapterPass pass, LayerNorm norm, NDArray x, UnaryOperator<NDArray> layers) {
        if (config.normsFirst()) {
            NDArray y = layers.apply(norm.forward(pass, x));
            return x.add(Dropout.apply(pass, y, config.dropout()));
        }
        return norm.forward(pass, Dropout.apply(pass, layers.apply(x), config.dropout()), x);
    }

    private NDArray feedForward(AdapterPass pass, NDArray x) {
        NDArray middle = Ops.activate(config.activation(), up.forward(pass, x));
        return down.forward(pass, Dropout.apply(pass, middle, config.activationDropout()));
    }
}
