package io.github.peft4j.transformers.opt;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.StepLayer;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderLayer;
import io.github.peft4j.transformers.part.Dropout;
import org.jspecify.annotations.Nullable;

/** One layer; its norms stand before its two parts, or, in OPT-350m, after them. */
final class OptLayer extends DecoderLayer {

    private final OptConfig config;
    private final OptAttention attention;
    private final LayerNorm attentionNorm;
    private final Linear up;
    private final Linear down;
    private final LayerNorm mlpNorm;

    OptLayer(OptConfig config, int layer) {
        this.config = config;
        int hidden = config.hiddenSize();
        int middle = config.intermediateSize();
        attention = child("self_attn", new OptAttention(config, layer));
        attentionNorm = child("self_attn_layer_norm", new LayerNorm(hidden, OptModel.NORM_EPS));
        up = child("fc1", new Linear(hidden, middle, config.bias()));
        down = child("fc2", new Linear(middle, hidden, config.bias()));
        mlpNorm = child("final_layer_norm", new LayerNorm(hidden, OptModel.NORM_EPS));
    }

    @Override
    public NDArray forward(AdapterPass pass, NDArray x, DecoderCall call) {
        if (config.normBefore()) {
            NDArray middle = x.add(attend(pass, attentionNorm.forward(pass, x), call));
            return middle.add(feed(pass, mlpNorm.forward(pass, middle)));
        }
        NDArray middle = attentionNorm.forward(pass, x, attend(pass, x, call));
        return mlpNorm.forward(pass, middle, feed(pass, middle));
    }

    private NDArray attend(AdapterPass pass, NDArray x, DecoderCall call) {
        return Dropout.apply(pass, attention.forward(pass, x, call), config.dropout());
    }

    private NDArray feed(AdapterPass pass, NDArray x) {
        NDArray inner = Ops.activate(config.activation(), up.forward(pass, x));
        return Dropout.apply(pass, down.forward(pass, inner), config.dropout());
    }

    @Override
    public @Nullable StepLayer stepLayer() {
        return config.normBefore()
                ? new StepLayer(
                        attentionNorm,
                        attention.attentionParts(),
                        mlpNorm,
                        new StepLayer.FeedForward(
                                ImmutableList.of(up), config.activation(), false, down))
                : null;
    }
}
