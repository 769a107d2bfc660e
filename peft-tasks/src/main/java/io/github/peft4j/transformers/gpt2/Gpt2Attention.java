package io.github.peft4j.transformers.gpt2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Conv1D;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.transformers.decoder.CausalAttention;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderLayer;

/** Causal attention whose queries, keys and values come from one projection, in this order. */
final class Gpt2Attention extends DecoderLayer {

    private final CausalAttention attention;
    private final Conv1D projection;
    private final Conv1D output;

    Gpt2Attention(Gpt2Config config, int layer) {
        int hidden = config.hiddenSize();
        attention = new CausalAttention(layer, config.attention(layer), config.attentionDropout());
        projection = child("c_attn", new Conv1D(hidden, 3L * hidden));
        output = child("c_proj", new Conv1D(hidden, hidden));
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        NDList parts = projection.forward(pass, x).split(3, x.getShape().dimension() - 1);
        return output.forward(
                pass, attention.forward(pass, parts.get(0), parts.get(1), parts.get(2), call));
    }

    @Override
    public StepLayer.Attention attentionParts() {
        return new StepLayer.Attention(ImmutableList.of(projection), attention.form(), output);
    }
}
