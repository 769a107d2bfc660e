package io.github.peft4j.transformers.t5;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.RmsNorm;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.seq2seq.StackCall;
import org.jspecify.annotations.Nullable;

/**
 * One layer, norms before its parts: attention over itself, in a decoder over the encoder's output,
 * then the feed-forward part.
 */
final class T5Block extends Module {

    private final T5Config config;
    private final T5Attention self;
    private final RmsNorm selfNorm;
    private final @Nullable Cross cross;
    private final T5FeedForward feedForward;
    private final RmsNorm feedForwardNorm;

    /** A decoder's attention over the encoder's output. */
    private record Cross(T5Attention attention, RmsNorm norm) {}

    T5Block(T5Config config, int index, boolean decoder) {
        this.config = config;
        Group parts = child("layer", new Group());
        Group first = parts.add("0", new Group());
        self = first.add("SelfAttention", new T5Attention(config, index, decoder, index == 0));
        selfNorm = first.add("layer_norm", norm());
        if (decoder) {
            Group middle = parts.add("1", new Group());
            cross =
                    new Cross(
                            middle.add(
                                    "EncDecAttention",
                                    new T5Attention(config, index, false, false)),
                            middle.add("layer_norm", norm()));
        } else {
            cross = null;
        }
        Group last = parts.add(decoder ? "2" : "1", new Group());
        feedForward = last.add("DenseReluDense", new T5FeedForward(config));
        feedForwardNorm = last.add("layer_norm", norm());
    }

    private RmsNorm norm() {
        return new RmsNorm(config.hiddenSize(), config.normEps());
    }

    /** The table of relative biases; in the first layer alone. */
    Embedding relativeBias() {
        return self.relativeBias();
    }

    /**
     * The layer's output.
     *
     * @param memory what the encoder made, for a decoder
     * @param bias on the scores of attention over itself
     */
    NDArray forward(StackCall call, NDArray x, StackCall.@Nullable Memory memory, NDArray bias) {
        AdapterPass pass = call.pass();
        NDArray sum = plus(pass, x, self.forward(call, selfNorm.forward(pass, x), bias));
        if (cross != null && memory != null) {
            NDArray normed = cross.norm().forward(pass, sum);
            sum = plus(pass, sum, cross.attention().cross(call, memory, normed));
        }
        return plus(pass, sum, feedForward.forward(pass, feedForwardNorm.forward(pass, sum)));
    }

    private NDArray plus(AdapterPass pass, NDArray x, NDArray part) {
        return x.add(Dropout.apply(pass, part, config.dropout()));
    }
}
