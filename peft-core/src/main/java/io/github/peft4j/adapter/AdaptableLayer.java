package io.github.peft4j.adapter;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.WeightedLayer;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.precision.FrozenForm;
import org.jspecify.annotations.Nullable;

/**
 * A layer as a pure function of its weights: all that our leaf blocks add to DJL's {@code Block}.
 * Where the layer sits is the model's knowledge, not the layer's.
 */
public interface AdaptableLayer extends Block, WeightedLayer {

    /**
     * The layer's output.
     *
     * @param weight in the checkpoint's orientation
     */
    NDArray compute(NDArray x, NDArray weight, @Nullable NDArray bias);

    /** Another way to compute the layer from its own weight, or null. */
    default @Nullable FrozenForm frozenForm() {
        return null;
    }

    /** The layer's output for its own weight, without a gradient for the weight. */
    default NDArray ownOutput(NDArray x, @Nullable NDArray bias) {
        FrozenForm form = frozenForm();
        return form != null && !Gradients.isOn()
                ? form.forward(x, bias)
                : compute(x, HeldNumbers.float32(weight().getArray()), bias);
    }

    /**
     * The weight as a matrix [out, in]: turned where the checkpoint holds [in, out], laid flat
     * where a kernel has further axes.
     */
    default NDArray canonical(NDArray weight) {
        return weight;
    }

    /**
     * A weight as adapters see it, whatever block holds it: {@link #canonical} of our layers; of
     * others the axes of a kernel laid flat.
     */
    static NDArray matrix(Block layer, NDArray weight) {
        if (layer instanceof AdaptableLayer ours) {
            return ours.canonical(weight);
        }
        return weight.getShape().dimension() > 2
                ? weight.reshape(weight.getShape().get(0), -1)
                : weight;
    }

    /** The inverse of {@link #canonical}: a matrix as the checkpoint holds it. */
    default NDArray stored(NDArray weight) {
        return weight;
    }

    /** Factor by which {@link #compute} multiplies after its weight has acted. */
    default double outputScale() {
        return 1;
    }
}
