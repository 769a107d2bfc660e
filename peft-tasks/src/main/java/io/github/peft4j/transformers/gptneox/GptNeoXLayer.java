package io.github.peft4j.transformers.gptneox;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderLayer;
import io.github.peft4j.transformers.part.Dropout;

/**
 * One layer: {@code y = x + attention(norm(x)) + mlp(norm(x))} with two norms, or, not parallel,
 * the feed-forward part on the sum of the first two.
 *
 * @see <a href="https://arxiv.org/abs/2204.06745">Black et al. 2022, section 2.1.2</a>
 */
final class GptNeoXLayer extends DecoderLayer {

    private final GptNeoXConfig config;
    private final LayerNorm attentionNorm;
    private final LayerNorm mlpNorm;
    private final GptNeoXAttention attention;
    private final Linear up;
    private final Linear down;

    GptNeoXLayer(GptNeoXConfig config, int layer) {
        this.config = config;
        int hidden = config.hiddenSize();
        int middle = config.intermediateSize();
        attentionNorm = child("input_layernorm", new LayerNorm(hidden, config.normEps()));
        mlpNorm = child("post_attention_layernorm", new LayerNorm(hidden, config.normEps()));
        attention = child("attention", new GptNeoXAttention(config, layer));
        Group mlp = child("mlp", new Group());
        up = mlp.add("dense_h_to_4h", new Linear(hidden, middle));
        down = mlp.add("dense_4h_to_h", new Linear(middle, hidden));
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        NDArray seen = attention.forward(pass, attentionNorm.forward(pass, x), call);
        NDArray sum = x.add(Dropout.apply(pass, seen, config.dropout()));
        NDArray read = mlpNorm.forward(pass, config.parallel() ? x : sum);
        NDArray inner = Ops.activate(config.activation(), up.forward(pass, read));
        return sum.add(Dropout.apply(pass, down.forward(pass, inner), config.dropout()));
    }
}
