package io.github.peft4j.transformers.t5;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.seq2seq.StackAttention;
import io.github.peft4j.transformers.seq2seq.StackCall;
import org.jspecify.annotations.Nullable;

/** Attention without biases in its layers and without a scale on its scores. */
final class T5Attention extends Module {

    private final int index;
    private final StackAttention attention;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;
    private final @Nullable Embedding relativeBias;

    /**
     * The attention of layer {@code index}.
     *
     * @param causal whether a position sees no later one
     * @param hasBias whether the table of the whole half's relative biases is kept here
     */
    T5Attention(T5Config config, int index, boolean causal, boolean hasBias) {
        this.index = index;
        int hidden = config.hiddenSize();
        int inner = config.heads() * config.headSize();
        query = child("q", new Linear(hidden, inner, false));
        key = child("k", new Linear(hidden, inner, false));
        value = child("v", new Linear(hidden, inner, false));
        output = child("o", new Linear(inner, hidden, false));
        relativeBias =
                hasBias
                        ? child(
                                "relative_attention_bias",
                                new Embedding(config.buckets(), config.heads()))
                        : null;
        AttentionSpec plain = AttentionSpec.of(config.heads(), config.headSize()).withScale(1);
        attention =
                new StackAttention(index, causal ? plain.withCausal() : plain, config.dropout());
    }

    /** The table of relative biases; in the first layer alone. */
    Embedding relativeBias() {
        if (relativeBias == null) {
            throw new IllegalStateException("Layer " + index + " has no relative biases.");
        }
        return relativeBias;
    }

    /** Each sequence over itself. */
    NDArray forward(StackCall call, NDArray x, NDArray bias) {
        AdapterPass pass = call.pass();
        NDArray q = query.forward(pass, x);
        return output.forward(pass, attention.over(call, q, keyValues(pass, x), bias));
    }

    /** Each sequence over what the encoder made of the same row. */
    NDArray cross(StackCall call, StackCall.Memory memory, NDArray x) {
        AdapterPass pass = call.pass();
        NDArray q = query.forward(pass, x);
        return output.forward(
                pass, attention.cross(call, memory, q, () -> keyValues(pass, memory.states())));
    }

    private KeyValues keyValues(AdapterPass pass, NDArray x) {
        return new KeyValues(key.forward(pass, x), value.forward(pass, x));
    }
}
