package io.github.peft4j.transformers.decoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.RmsNorm;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.FeedForward;
import org.jspecify.annotations.Nullable;

/**
 * A decoder layer with a norm before each of its two parts: {@code m = x + attention(norm(x))},
 * {@code y = m + mlp(norm(m))}.
 *
 * @see <a href="https://arxiv.org/abs/2302.13971">Touvron et al. 2023</a>
 */
public final class PreNormLayer extends DecoderLayer {

    private final DecoderLayer attention;
    private final FeedForward mlp;
    private final RmsNorm inputNorm;
    private final RmsNorm middleNorm;
    private final double dropout;

    /** A layer of these parts. */
    public PreNormLayer(DecoderConfig sizes, DecoderLayer attention, FeedForward mlp) {
        this(sizes, attention, mlp, 0);
    }

    /**
     * A layer of these parts.
     *
     * @param dropout probability after each part
     */
    public PreNormLayer(
            DecoderConfig sizes, DecoderLayer attention, FeedForward mlp, double dropout) {
        this.attention = child("self_attn", attention);
        this.mlp = child("mlp", mlp);
        this.dropout = dropout;
        inputNorm = child("input_layernorm", new RmsNorm(sizes.hiddenSize(), sizes.normEps()));
        middleNorm =
                child("post_attention_layernorm", new RmsNorm(sizes.hiddenSize(), sizes.normEps()));
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        NDArray seen = attention.forward(pass, inputNorm.forward(pass, x), call);
        NDArray middle = x.add(Dropout.apply(pass, seen, dropout));
        NDArray made = mlp.forward(pass, middleNorm.forward(pass, middle));
        return middle.add(Dropout.apply(pass, made, dropout));
    }

    @Override
    public @Nullable StepLayer stepLayer() {
        StepLayer.Attention seen = attention.attentionParts();
        StepLayer.FeedForward made = mlp.parts();
        return seen == null || made == null
                ? null
                : new StepLayer(inputNorm, seen, middleNorm, made);
    }
}
