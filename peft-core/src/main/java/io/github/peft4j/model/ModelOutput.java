package io.github.peft4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a model returns: arrays under the field names of Hugging Face's outputs ({@code loss},
 * {@code logits}, {@code last_hidden_state}, {@code pooler_output}, {@code start_logits}, {@code
 * hidden_states.0}, ...). They live in the manager of the input.
 */
public final class ModelOutput {

    /** Mean loss, a scalar. */
    public static final String LOSS = "loss";

    /** Scores before softmax or sigmoid. */
    public static final String LOGITS = "logits";

    /** Hidden state after the last layer [B, S, H]. */
    public static final String LAST_HIDDEN_STATE = "last_hidden_state";

    /** What a pooler made of the first token [B, H]. */
    public static final String POOLER_OUTPUT = "pooler_output";

    private final ImmutableMap<String, NDArray> arrays;

    private ModelOutput(Map<String, NDArray> arrays) {
        this.arrays = ImmutableMap.copyOf(arrays);
    }

    /** An output of these fields. */
    public static ModelOutput of(Map<String, NDArray> arrays) {
        return new ModelOutput(arrays);
    }

    /** What a plain DJL block returned; a first array alone is called {@code logits}. */
    public static ModelOutput positional(NDList list) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < list.size(); i++) {
            arrays.put(i == 0 ? LOGITS : "out" + i, list.get(i));
        }
        return new ModelOutput(arrays);
    }

    /** All fields in order. */
    public ImmutableMap<String, NDArray> arrays() {
        return arrays;
    }

    /** The field of this name. */
    public Optional<NDArray> get(String name) {
        return Optional.ofNullable(arrays.get(name));
    }

    /**
     * The mean loss, a scalar.
     *
     * @throws IllegalStateException if the call had no labels
     */
    public NDArray loss() {
        return require(LOSS, "Pass labels (or start_positions and end_positions) in the input.");
    }

    /**
     * Scores before softmax or sigmoid.
     *
     * @throws IllegalStateException if this model has no head
     */
    public NDArray logits() {
        return require(LOGITS, "Load the base with a task type that has a head.");
    }

    /**
     * Hidden state after the last layer, [B, S, H].
     *
     * @throws IllegalStateException if the model returned none
     */
    public NDArray lastHiddenState() {
        return require(LAST_HIDDEN_STATE, "Load the base without a head (FEATURE_EXTRACTION).");
    }

    /** The same output with one field put in or replaced. */
    public ModelOutput with(String name, NDArray array) {
        Map<String, NDArray> copy = new LinkedHashMap<>(arrays);
        copy.put(name, array);
        return new ModelOutput(copy);
    }

    private NDArray require(String name, String cure) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalStateException(
                    "The output has no '" + name + "', only " + arrays.keySet() + ". " + cure);
        }
        return array;
    }
}
