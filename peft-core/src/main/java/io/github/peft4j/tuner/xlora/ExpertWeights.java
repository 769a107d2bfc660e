package io.github.peft4j.tuner.xlora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import io.github.peft4j.ops.Ops;
import org.jspecify.annotations.Nullable;

/**
 * The weights of the experts in one pass, set by the router before the layers read them. One object
 * a pass, so passes in other threads do not meet.
 */
final class ExpertWeights {

    private final XLoraConfig config;
    private @Nullable NDArray weights;

    ExpertWeights(XLoraConfig config) {
        this.config = config;
    }

    /**
     * Sets the weights of the pass.
     *
     * @param values [B, S, L, K], or [B, S, 1, K] for the same at each of L layers
     */
    void set(NDArray values) {
        weights = values;
    }

    /** The weights at one adapted layer, [B, S, K]. */
    NDArray at(int layer) {
        NDArray all = weights;
        if (all == null) {
            throw new IllegalStateException(
                    "A layer of X-LoRA runs outside of its model, so nobody has weighted the"
                            + " experts. Call the PeftModel.");
        }
        long layers = all.getShape().get(2);
        return chosen(all.get(":, :, {}", layers == 1 ? 0 : layer));
    }

    private NDArray chosen(NDArray at) {
        NDArray result = at;
        if (config.topKLora().isPresent()) {
            long experts = at.getShape().get(2);
            int topK = (int) Math.min(config.topKLora().get(), experts);
            NDArray indices = at.topK(topK, -1, true, false).get(1);
            NDArray numbers = at.getManager().arange(0, (int) experts, 1, indices.getDataType());
            NDArray chosen = Ops.toFloat32(indices.expandDims(-1).eq(numbers));
            result = result.mul(chosen.sum(new int[] {2}));
        }
        if (config.enableSoftmaxTopk()) {
            NDArray acts = result.neq(0);
            NDArray nothing = result.getManager().full(result.getShape(), Float.NEGATIVE_INFINITY);
            NDArray soft = NDArrays.where(acts, result, nothing).softmax(-1);
            result = NDArrays.where(acts, soft, result.zerosLike());
        }
        return result;
    }

    /** A classifier's scores [B, S, L, K] as weights. */
    static NDArray ofScores(NDArray scores, XLoraConfig config) {
        return config.enableSoftmax()
                ? Ops.scale(scores, 1 / config.softmaxTemperature()).softmax(-1)
                : scores;
    }
}
