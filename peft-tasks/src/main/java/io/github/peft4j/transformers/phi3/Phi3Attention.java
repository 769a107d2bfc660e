package io.github.peft4j.transformers.phi3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.transformers.decoder.AttentionConfig;
import io.github.peft4j.transformers.decoder.CausalAttention;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderLayer;

/** Causal attention whose queries, keys and values come from one projection, in this order. */
final class Phi3Attention extends DecoderLayer {

    private final CausalAttention attention;
    private final long[] bounds;
    private final Linear output;
    private final Linear projection;

    Phi3Attention(DecoderConfig sizes, AttentionConfig config, int layer) {
        int hidden = sizes.hiddenSize();
        long queries = (long) config.heads() * config.headSize();
        long keys = (long) config.keyValueHeads() * config.headSize();
        attention = config.layer(layer);
        bounds = new long[] {queries, queries + keys};
        output = child("o_proj", new Linear(queries, hidden, false));
        projection = child("qkv_proj", new Linear(hidden, queries + 2 * keys, false));
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        NDList parts = projection.forward(pass, x).split(bounds, x.getShape().dimension() - 1);
        return output.forward(
                pass, attention.forward(pass, parts.get(0), parts.get(1), parts.get(2), call));
    }

    @Override
    public StepLayer.Attention attentionParts() {
        return new StepLayer.Attention(ImmutableList.of(projection), attention.form(), output);
    }
}
