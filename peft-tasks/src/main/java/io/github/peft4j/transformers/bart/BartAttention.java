package io.github.peft4j.transformers.bart;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.AttentionForm;
import io.github.peft4j.transformers.seq2seq.StackCall;

/** Attention of a sequence over itself, or over what the encoder made. */
final class BartAttention extends Module {

    private final int index;
    private final AttentionForm form;
    private final AttentionForm trainingForm;
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
        this.index = index;
        int hidden = config.hiddenSize();
        key = child("k_proj", new Linear(hidden, hidden));
        value = child("v_proj", new Linear(hidden, hidden));
        query = child("q_proj", new Linear(hidden, hidden));
        output = child("out_proj", new Linear(hidden, hidden));
        AttentionForm plain = AttentionForm.of(heads, hidden / heads);
        form = causal ? plain.withCausal() : plain;
        trainingForm = form.withDropout(config.attentionDropout());
    }

    /** Each sequence over itself. */
    NDArray forward(StackCall call, NDArray x) {
        AdapterPass pass = call.pass();
        NDArray q = query.forward(pass, x);
        KeyValues own = keyValues(pass, x);
        KeyValueCache cache = call.cache();
        KeyValues all = cache == null ? own : cache.update(index, own.keys(), own.values());
        NDArray context = call.layout().attention(q, all.keys(), all.values(), form(pass), null);
        return output.forward(pass, context);
    }

    /** Each sequence over what the encoder made of the same row. */
    NDArray cross(StackCall call, StackCall.Memory encoded, NDArray x, NDArray memory) {
        AdapterPass pass = call.pass();
        NDArray q = query.forward(pass, x);
        KeyValueCache cache = call.cache();
        KeyValues seen =
                cache == null
                        ? keyValues(pass, memory)
                        : cache.cross(index, () -> keyValues(pass, memory));
        NDArray context =
                call.layout().cross(q, seen.keys(), seen.values(), encoded.layout(), form(pass));
        return output.forward(pass, context);
    }

    private KeyValues keyValues(AdapterPass pass, NDArray x) {
        return new KeyValues(key.forward(pass, x), value.forward(pass, x));
    }

    private AttentionForm form(AdapterPass pass) {
        return pass.training() ? trainingForm : form;
    }
}
