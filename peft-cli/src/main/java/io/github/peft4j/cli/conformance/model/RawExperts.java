package io.github.peft4j.cli.conformance.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Module;

/** The mean over experts of tanh(x gateᵀ) downᵀ, with their weights as stacks. */
final class RawExperts extends Module {

    private final Parameter gate;
    private final Parameter down;

    RawExperts(long experts, long in, long out) {
        gate = parameter("gate", Parameter.Type.WEIGHT, experts, out, in);
        down = parameter("down", Parameter.Type.WEIGHT, experts, in, out);
    }

    NDArray forward(AdapterPass pass, NDArray x) {
        NDArray tokens = x.reshape(1, -1, x.getShape().get(x.getShape().dimension() - 1));
        NDArray hidden = tokens.matMul(pass.effective(gate).transpose(0, 2, 1)).tanh();
        NDArray each = hidden.matMul(pass.effective(down).transpose(0, 2, 1));
        return each.mean(new int[] {0}).reshape(x.getShape());
    }
}
