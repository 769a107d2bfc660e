package io.github.peft4j.transformers.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.RmsNorm;
import io.github.peft4j.nn.StepLayer;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention with projections of their own for queries, keys and values, as in Llama; Qwen 3
 * normalises each head of queries and keys.
 */
public final class RotaryAttention extends DecoderLayer {

    private final CausalAttention attention;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;
    private final @Nullable RmsNorm queryNorm;
    private final @Nullable RmsNorm keyNorm;

    /** The attention of a layer. */
    public RotaryAttention(DecoderConfig sizes, AttentionConfig config, int layer) {
        int hidden = sizes.hiddenSize();
        int queries = config.heads() * config.headSize();
        int keys = config.keyValueHeads() * config.headSize();
        attention = config.layer(layer);
        query = child("q_proj", new Linear(hidden, queries, config.bias()));
        key = child("k_proj", new Linear(hidden, keys, config.bias()));
        value = child("v_proj", new Linear(hidden, keys, config.bias()));
        output = child("o_proj", new Linear(queries, hidden, config.outputBias()));
        queryNorm = config.headNorms() ? child("q_norm", norm(sizes, config)) : null;
        keyNorm = config.headNorms() ? child("k_norm", norm(sizes, config)) : null;
    }

    private static RmsNorm norm(DecoderConfig sizes, AttentionConfig config) {
        return new RmsNorm(config.headSize(), sizes.normEps());
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        NDArray q = normalised(pass, queryNorm, query.forward(pass, x));
        NDArray k = normalised(pass, keyNorm, key.forward(pass, x));
        NDArray v = value.forward(pass, x);
        return output.forward(pass, attention.forward(pass, q, k, v, call));
    }

    /** Heads side by side, each normalised by itself. */
    private static NDArray normalised(AdapterPass pass, @Nullable RmsNorm norm, NDArray x) {
        if (norm == null) {
            return x;
        }
        Shape shape = x.getShape();
        long size = norm.weight().getShape().get(0);
        Shape heads = shape.slice(0, shape.dimension() - 1).add(-1, size);
        return norm.forward(pass, x.reshape(heads)).reshape(shape);
    }

    @Override
    public StepLayer.Attention attentionParts() {
        return new StepLayer.Attention(
                ImmutableList.of(query, key, value), queryNorm, keyNorm, attention.form(), output);
    }
}
