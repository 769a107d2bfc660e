package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.ops.Ops;

/**
 * A linear layer of a prompt's encoder: {@code y = x W^T + b}, trained and in no file.
 *
 * <ul>
 *   <li>W: [out, in], b: [out]; both start uniform within ±1/√in, as in {@code torch.nn.Linear}
 * </ul>
 */
public record EncoderLayer(Parameter weight, Parameter bias) {

    /** The output for x [..., in]. */
    public NDArray apply(AdapterPass pass, NDArray x) {
        return Ops.linear(x, pass.value(weight), pass.value(bias));
    }
}
