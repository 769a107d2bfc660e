package io.github.peft4j.tuner.ptuning;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.tuner.prompt.EncoderLayer;

/**
 * Three linear layers with a ReLU between each two: H to h to h to H.
 *
 * @param in [h, H]
 * @param middle [h, h]
 * @param out [H, h]
 */
record MlpEncoder(EncoderLayer in, EncoderLayer middle, EncoderLayer out) implements PromptEncoder {

    static MlpEncoder add(AdapterSet.Builder set, int dim, int hidden) {
        return new MlpEncoder(
                EncoderLayer.add(set, "mlp_head.0", dim, hidden),
                EncoderLayer.add(set, "mlp_head.2", hidden, hidden),
                EncoderLayer.add(set, "mlp_head.4", hidden, dim));
    }

    @Override
    public NDArray encode(AdapterPass pass, NDArray table) {
        NDArray x = Ops.activate(ActivationFunction.RELU, in.apply(pass, table));
        return out.apply(pass, Ops.activate(ActivationFunction.RELU, middle.apply(pass, x)));
    }
}
