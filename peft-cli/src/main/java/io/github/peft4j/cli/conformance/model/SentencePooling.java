package io.github.peft4j.cli.conformance.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.TensorOps;
import java.util.Optional;

/** Sentence embeddings: functions of a model's outputs that cases ask for beside them. */
public final class SentencePooling {

    private static final String MEAN = "mean_pooled";
    private static final String NORMALIZED = "mean_pooled_normalized";

    private SentencePooling() {}

    /** An output field, or one of the two embeddings made of the last hidden state. */
    public static Optional<NDArray> field(String name, ModelInput input, ModelOutput output) {
        Optional<NDArray> given = output.get(name);
        Optional<NDArray> states = output.get("last_hidden_state");
        NDArray mask = input.attentionMask();
        if (given.isPresent() || states.isEmpty() || mask == null) {
            return given;
        }
        return switch (name) {
            case MEAN -> Optional.of(mean(states.get(), mask));
            case NORMALIZED -> {
                NDArray mean = mean(states.get(), mask);
                yield Optional.of(mean.div(mean.norm(new int[] {1}, true)));
            }
            default -> Optional.empty();
        };
    }

    /** The mean over attended positions, [B, H] of [B, S, H]. */
    private static NDArray mean(NDArray states, NDArray mask) {
        NDArray weights = TensorOps.detachedAs(mask, DataType.FLOAT32).expandDims(2);
        return states.mul(weights).sum(new int[] {1}).div(weights.sum(new int[] {1}));
    }
}
