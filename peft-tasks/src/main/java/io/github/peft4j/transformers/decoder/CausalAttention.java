package io.github.peft4j.transformers.decoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.RotaryPositions;

/**
 * What lies between the projections of causal attention: queries and keys turn to their positions,
 * join those of earlier calls, and meet. Families differ in how they project, and in the form.
 */
public final class CausalAttention {

    private final int layer;
    private final AttentionSpec form;
    private final AttentionSpec trainingForm;

    /**
     * The attention of a layer.
     *
     * @param layer its number, under which a cache keeps its keys and values
     * @param form causal, without dropout
     * @param dropout probability on attention weights in training
     */
    public CausalAttention(int layer, AttentionSpec form, double dropout) {
        this.layer = layer;
        this.form = form;
        trainingForm = form.withDropout(dropout);
    }

    /**
     * What each query makes of the values that it may see.
     *
     * @param q [..., S, N H]
     * @param k [..., S, K H]
     * @param v [..., S, K H]
     * @return [..., S, N H]
     */
    public NDArray forward(AdapterPass pass, NDArray q, NDArray k, NDArray v, DecoderCall call) {
        RotaryPositions rotary = call.rotary();
        NDArray queries = rotary == null ? q : rotary.turn(q, form.heads());
        NDArray keys = rotary == null ? k : rotary.turn(k, form.keyValueHeads());
        NDArray values = v;
        KeyValueCache cache = call.cache();
        if (cache != null) {
            KeyValueCache.KeyValues all = cache.update(layer, keys, values);
            keys = all.keys();
            values = all.values();
        }
        AttentionSpec now = Dropout.apply(pass, form, trainingForm);
        return call.layout().attention(queries, keys, values, now, null);
    }

    /** Its form without dropout. */
    public AttentionSpec form() {
        return form;
    }
}
