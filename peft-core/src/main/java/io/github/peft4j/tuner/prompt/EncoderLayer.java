package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.ops.Ops;

/**
 * A linear layer of a prompt's encoder: {@code y = x W^T + b}, trained and in no file.
 *
 * <ul>
 *   <li>W: [out, in], b: [out]; both start uniform within ±1/√in, as in {@code torch.nn.Linear}
 * </ul>
 */
public record EncoderLayer(Parameter weight, Parameter bias) {

    /**
     * A fresh layer.
     *
     * @param path of the layer within the encoder
     */
    public static EncoderLayer add(AdapterSet.Builder set, String path, long in, long out) {
        NDManager manager = set.manager();
        Parameter weight =
                PromptTensors.trained("weight", PromptTensors.uniform(manager, in, out, in));
        Parameter bias = PromptTensors.trained("bias", PromptTensors.uniform(manager, in, out));
        set.addUnsaved(EncodedPrompt.ENCODER + path + ".weight", weight);
        set.addUnsaved(EncodedPrompt.ENCODER + path + ".bias", bias);
        return new EncoderLayer(weight, bias);
    }

    /** Zeros in place of the start values. */
    public EncoderLayer zeroed(NDManager manager) {
        for (Parameter parameter : new Parameter[] {weight, bias}) {
            Shape shape = parameter.getArray().getShape();
            parameter.getArray().close();
            parameter.setArray(manager.zeros(shape));
        }
        return this;
    }

    /** The output for x [..., in]. */
    public NDArray apply(AdapterPass pass, NDArray x) {
        return Ops.linear(x, pass.value(weight), pass.value(bias));
    }
}
