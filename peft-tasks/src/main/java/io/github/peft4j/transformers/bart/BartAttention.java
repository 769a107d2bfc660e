package io.github.peft4j.transformers.bart;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.seq2seq.StackAttention;
import io.github.peft4j.transformers.seq2seq.StackCall;

/** Attention of a sequence over itself, or over what the encoder made. */
final class BartAttention extends Module {

    private final StackAttention attention;
    private final Linear key;
    private final Linear value;
    private final Linear query;
    private final Linear output;

    /**
     * The attention of layer {@code index}.
     *
     * @param heads N
     * @param causal whether a position sees no later one
     */
    BartAttention(BartConfig config, int index, int heads, boolean causal) {
        int hidden = config.hiddenSize();
        key = child("k_proj", new Linear(hidden, hidden));
        value = child("v_proj", new Linear(hidden, hidden));
        query = child("q_proj", new Linear(hidden, hidden));
        output = child("out_proj", new Linear(hidden, hidden));
        AttentionSpec plain = AttentionSpec.of(heads, hidden / heads);
        attention =
                new StackAttention(
                        index, causal ? plain.withCausal() : plain, config.attentionDropout());
    }

    /** Each sequence over itself. */
    NDArray forward(StackCall call, NDArray x) {
        AdapterPass pass = call.pass();
        NDArray q = query.forward(pass, x);
        return output.forward(pass, attention.over(call, q, keyValues(pass, x), null));
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
