package io.github.peft4j.transformers.gptneox;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.transformers.decoder.CausalAttention;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderLayer;

/**
 * Causal attention whose queries, keys and values come from one projection, head by head: its
 * output is [..., N, 3, H].
 */
final class GptNeoXAttention extends DecoderLayer {

    private final CausalAttention attention;
    private final int heads;
    private final int headSize;
    private final Linear projection;
    private final Linear output;

    GptNeoXAttention(GptNeoXConfig config, int layer) {
        int hidden = config.hiddenSize();
        heads = config.heads();
        headSize = config.headSize();
        AttentionSpec form = AttentionSpec.of(heads, headSize).withCausal();
        attention = new CausalAttention(layer, form, config.attentionDropout());
        boolean bias = config.attentionBias();
        projection = child("query_key_value", new Linear(hidden, 3L * hidden, bias));
        output = child("dense", new Linear(hidden, hidden, bias));
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        Shape shape = x.getShape();
        int axes = shape.dimension();
        Shape byHead = shape.slice(0, axes - 1).add(heads, 3L * headSize);
        NDList parts = projection.forward(pass, x).reshape(byHead).split(3, axes);
        NDArray q = parts.get(0).reshape(shape);
        NDArray k = parts.get(1).reshape(shape);
        NDArray v = parts.get(2).reshape(shape);
        return output.forward(pass, attention.forward(pass, q, k, v, call));
    }
}
