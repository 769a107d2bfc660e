package io.github.peft4j.transformers.gemma2;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.RmsNorm;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderConfig;
import io.github.peft4j.transformers.decoder.DecoderLayer;
import io.github.peft4j.transformers.part.FeedForward;

/**
 * A layer with norms before and after each of its two parts: {@code m = x +
 * norm(attention(norm(x)))}, {@code y = m + norm(mlp(norm(m)))}.
 *
 * @see <a href="https://arxiv.org/abs/2408.00118">Gemma Team 2024</a>
 */
final class Gemma2Layer extends DecoderLayer {

    private final DecoderLayer attention;
    private final FeedForward mlp;
    private final RmsNorm beforeAttention;
    private final RmsNorm afterAttention;
    private final RmsNorm beforeMlp;
    private final RmsNorm afterMlp;

    Gemma2Layer(DecoderConfig sizes, DecoderLayer attention, FeedForward mlp) {
        this.attention = child("self_attn", attention);
        this.mlp = child("mlp", mlp);
        beforeAttention = child("input_layernorm", norm(sizes));
        afterAttention = child("post_attention_layernorm", norm(sizes));
        beforeMlp = child("pre_feedforward_layernorm", norm(sizes));
        afterMlp = child("post_feedforward_layernorm", norm(sizes));
    }

    /** A norm whose file holds the distance of its weight from 1. */
    static RmsNorm norm(DecoderConfig sizes) {
        return new RmsNorm(sizes.hiddenSize(), sizes.normEps(), 1);
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        NDArray seen = attention.forward(pass, beforeAttention.forward(pass, x), call);
        NDArray middle = x.add(afterAttention.forward(pass, seen));
        NDArray made = mlp.forward(pass, beforeMlp.forward(pass, middle));
        return middle.add(afterMlp.forward(pass, made));
    }
}
