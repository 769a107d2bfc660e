package io.github.peft4j.transformers.opt;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.decoder.CausalAttention;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderLayer;

/** Causal attention without rotary positions. */
final class OptAttention extends DecoderLayer {

    private final CausalAttention attention;
    private final Linear key;
    private final Linear value;
    private final Linear query;
    private final Linear output;

    OptAttention(OptConfig config, int layer) {
        AttentionSpec form =
                AttentionSpec.of(config.heads(), config.hiddenSize() / config.heads()).withCausal();
        attention = new CausalAttention(layer, form, config.attentionDropout());
        key = child("k_proj", linear(config));
        value = child("v_proj", linear(config));
        query = child("q_proj", linear(config));
        output = child("out_proj", linear(config));
    }

    private static Linear linear(OptConfig config) {
        return new Linear(config.hiddenSize(), config.hiddenSize(), config.bias());
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        NDArray q = query.forward(pass, x);
        NDArray k = key.forward(pass, x);
        NDArray v = value.forward(pass, x);
        return output.forward(pass, attention.forward(pass, q, k, v, call));
    }

    @Override
    public StepLayer.Attention attentionParts() {
        return new StepLayer.Attention(
                ImmutableList.of(query, key, value), attention.form(), output);
    }
}
