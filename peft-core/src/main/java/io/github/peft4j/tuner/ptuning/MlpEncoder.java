package io.github.peft4j.tuner.ptuning;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.prompt.EncoderLayer;
import io.github.peft4j.tuner.prompt.NewPrompt;

/**
 * Three linear layers with a ReLU between each two: H to h to h to H.
 *
 * @param in [h, H]
 * @param middle [h, h]
 * @param out [H, h]
 */
record MlpEncoder(EncoderLayer in, EncoderLayer middle, EncoderLayer out) implements PromptEncoder {

    static MlpEncoder add(PromptEncoderConfig config, NewPrompt prompt) {
        int dim = prompt.shape().dim();
        int hidden = config.encoderHiddenSize().orElse(dim);
        return new MlpEncoder(
                prompt.encoderLayer("mlp_head.0", dim, hidden),
                prompt.encoderLayer("mlp_head.2", hidden, hidden),
                prompt.encoderLayer("mlp_head.4", hidden, dim));
    }

    @Override
    public NDArray encode(AdapterPass pass, NDArray table) {
        NDArray x = Ops.activate(ActivationFunction.RELU, in.apply(pass, table));
        return out.apply(pass, Ops.activate(ActivationFunction.RELU, middle.apply(pass, x)));
    }
}
