package io.github.peft4j.nn;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.ops.frozen.FrozenWeights;
import io.github.peft4j.precision.FrozenForm;
import org.jspecify.annotations.Nullable;

/** A linear layer whose weight is packed: its place among those of the model. */
record PackedForm(FrozenWeights weights, int place) implements FrozenForm {

    @Override
    public NDArray forward(NDArray x, @Nullable NDArray bias) {
        return weights.linear(x, place, bias);
    }
}
