package io.github.peft4j.cli.conformance.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;

/** x kernelᵀ with a matrix that is no layer's weight. */
final class RawMatrix extends Module {

    private final Parameter kernel;

    RawMatrix(long in, long out) {
        kernel = parameter("kernel", Parameter.Type.WEIGHT, out, in);
    }

    NDArray forward(AdapterPass pass, NDArray x) {
        return Ops.linear(x, pass.effective(kernel), null);
    }
}
