package io.github.peft4j.transformers.t5;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.part.Dropout;
import org.jspecify.annotations.Nullable;

/** Two linear layers without biases on each token, the first perhaps with a gate beside it. */
final class T5FeedForward extends Module {

    private final T5Config config;
    private final Linear up;
    private final @Nullable Linear linear;
    private final Linear down;

    T5FeedForward(T5Config config) {
        this.config = config;
        int hidden = config.hiddenSize();
        int middle = config.intermediateSize();
        up = child(config.gated() ? "wi_0" : "wi", new Linear(hidden, middle, false));
        linear = config.gated() ? child("wi_1", new Linear(hidden, middle, false)) : null;
        down = child("wo", new Linear(middle, hidden, false));
    }

    NDArray forward(AdapterPass pass, NDArray x) {
        NDArray raw = up.forward(pass, x);
        NDArray middle =
                linear == null
                        ? Ops.activate(config.activation(), raw)
                        : Ops.gated(config.activation(), raw, linear.forward(pass, x));
        return down.forward(pass, Dropout.apply(pass, middle, config.dropout()));
    }
}
