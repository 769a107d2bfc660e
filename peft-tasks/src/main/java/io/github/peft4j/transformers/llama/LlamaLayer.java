package io.github.peft4j.transformers.llama;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.RmsNorm;
import io.github.peft4j.transformers.part.GatedMlp;
import io.github.peft4j.transformers.part.RotaryPositions;
import io.github.peft4j.transformers.part.TokenLayout;
import org.jspecify.annotations.Nullable;

/**
 * One decoder layer, norms before its two parts.
 *
 * @see <a href="https://arxiv.org/abs/2302.13971">Touvron et al. 2023</a>
 */
final class LlamaLayer extends Module {

    private final LlamaAttention attention;
    private final GatedMlp mlp;
    private final RmsNorm inputNorm;
    private final RmsNorm middleNorm;

    LlamaLayer(LlamaConfig config, int index) {
        int hidden = config.hiddenSize();
        attention = child("self_attn", new LlamaAttention(config, index));
        mlp =
                child(
                        "mlp",
                        new GatedMlp(
                                hidden,
                                config.intermediateSize(),
                                config.activation(),
                                config.mlpBias()));
        inputNorm = child("input_layernorm", new RmsNorm(hidden, config.normEps()));
        middleNorm = child("post_attention_layernorm", new RmsNorm(hidden, config.normEps()));
    }

    NDArray forward(
            AdapterPass pass,
            NDArray x,
            TokenLayout layout,
            RotaryPositions positions,
            @Nullable KeyValueCache cache) {
        NDArray middle =
                x.add(
                        attention.forward(
                                pass, inputNorm.forward(pass, x), layout, positions, cache));
        return middle.add(mlp.forward(pass, middleNorm.forward(pass, middle)));
    }
}
