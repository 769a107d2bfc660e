package io.github.peft4j.transformers.llama;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.AttentionForm;
import io.github.peft4j.transformers.part.RotaryPositions;
import io.github.peft4j.transformers.part.TokenLayout;
import org.jspecify.annotations.Nullable;

/** Causal attention with rotary positions; groups of queries may share keys and values. */
final class LlamaAttention extends Module {

    private final int index;
    private final AttentionForm form;
    private final AttentionForm trainingForm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;

    /** The attention of layer {@code index}. */
    LlamaAttention(LlamaConfig config, int index) {
        this.index = index;
        int hidden = config.hiddenSize();
        int queries = config.heads() * config.headSize();
        int keys = config.keyValueHeads() * config.headSize();
        boolean bias = config.attentionBias();
        query = child("q_proj", new Linear(hidden, queries, bias));
        key = child("k_proj", new Linear(hidden, keys, bias));
        value = child("v_proj", new Linear(hidden, keys, bias));
        output = child("o_proj", new Linear(queries, hidden, bias));
        form =
                AttentionForm.of(config.heads(), config.headSize())
                        .withKeyValueHeads(config.keyValueHeads())
                        .withCausal();
        trainingForm = form.withDropout(config.attentionDropout());
    }

    NDArray forward(
            AdapterPass pass,
            NDArray x,
            TokenLayout layout,
            RotaryPositions positions,
            @Nullable KeyValueCache cache) {
        NDArray q = positions.turn(query.forward(pass, x), form.heads());
        NDArray k = positions.turn(key.forward(pass, x), form.keyValueHeads());
        NDArray v = value.forward(pass, x);
        if (cache != null) {
            KeyValueCache.KeyValues all = cache.update(index, k, v);
            k = all.keys();
            v = all.values();
        }
        NDArray context = layout.attention(q, k, v, pass.training() ? trainingForm : form, null);
        return output.forward(pass, context);
    }
}
