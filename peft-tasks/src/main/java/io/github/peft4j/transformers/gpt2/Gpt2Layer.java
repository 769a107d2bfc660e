package io.github.peft4j.transformers.gpt2;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Conv1D;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderLayer;
import io.github.peft4j.transformers.part.Dropout;

/** One layer, with a norm before attention and before the feed-forward part. */
final class Gpt2Layer extends DecoderLayer {

    private final Gpt2Config config;
    private final LayerNorm attentionNorm;
    private final Gpt2Attention attention;
    private final LayerNorm mlpNorm;
    private final Conv1D up;
    private final Conv1D down;

    Gpt2Layer(Gpt2Config config, int layer) {
        this.config = config;
        int hidden = config.hiddenSize();
        attentionNorm = child("ln_1", new LayerNorm(hidden, config.normEps()));
        attention = child("attn", new Gpt2Attention(config, layer));
        mlpNorm = child("ln_2", new LayerNorm(hidden, config.normEps()));
        Group mlp = child("mlp", new Group());
        up = mlp.add("c_fc", new Conv1D(hidden, config.intermediateSize()));
        down = mlp.add("c_proj", new Conv1D(config.intermediateSize(), hidden));
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        NDArray seen = attention.forward(pass, attentionNorm.forward(pass, x), call);
        NDArray middle = x.add(Dropout.apply(pass, seen, config.residualDropout()));
        NDArray inner = up.forward(pass, mlpNorm.forward(pass, middle));
        NDArray made = down.forward(pass, Ops.activate(config.activation(), inner));
        return middle.add(Dropout.apply(pass, made, config.residualDropout()));
    }

    @Override
    public StepLayer stepLayer() {
        return new StepLayer(
                attentionNorm,
                attention.attentionParts(),
                mlpNorm,
                new StepLayer.FeedForward(ImmutableList.of(up), config.activation(), false, down));
    }
}
