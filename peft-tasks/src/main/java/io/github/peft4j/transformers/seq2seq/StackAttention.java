package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.part.Dropout;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the projections of attention in an encoder-decoder: queries meet the keys of
 * their own sequence, those of earlier calls before them, or of what the encoder made.
 */
public final class StackAttention {

    private final int layer;
    private final AttentionSpec form;
    private final AttentionSpec trainingForm;

    /**
     * The attention of a layer.
     *
     * @param layer its number, under which a cache keeps its keys and values
     * @param form without dropout
     * @param dropout probability on attention weights in training
     */
    public StackAttention(int layer, AttentionSpec form, double dropout) {
        this.layer = layer;
        this.form = form;
        trainingForm = form.withDropout(dropout);
    }

    /**
     * Each sequence over itself.
     *
     * @param q queries of this call's tokens
     * @param own their keys and values
     * @param bias on the scores, or null
     */
    public NDArray over(StackCall call, NDArray q, KeyValues own, @Nullable NDArray bias) {
        KeyValueCache cache = call.cache();
        KeyValues all = cache == null ? own : cache.update(layer, own.keys(), own.values());
        return call.layout().attention(q, all.keys(), all.values(), form(call.pass()), bias);
    }

    /**
     * Each sequence over what the encoder made of the same row.
     *
     * @param q queries of this call's tokens
     * @param project makes keys and values of the encoder's output; a cache asks once a text
     */
    public NDArray cross(
            StackCall call, StackCall.Memory memory, NDArray q, Supplier<KeyValues> project) {
        KeyValueCache cache = call.cache();
        KeyValues seen = cache == null ? project.get() : cache.cross(layer, project);
        return call.layout()
                .cross(q, seen.keys(), seen.values(), memory.layout(), form(call.pass()));
    }

    private AttentionSpec form(AdapterPass pass) {
        return Dropout.apply(pass, form, trainingForm);
    }
}
