package io.github.peft4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
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

    /** Scores of each token as the answer's first [B, S]. */
    public static final String START_LOGITS = "start_logits";

    /** Scores of each token as the answer's last [B, S]. */
    public static final String END_LOGITS = "end_logits";

    /** What an encoder-decoder's encoder made [B, S, H]. */
    public static final String ENCODER_LAST_HIDDEN_STATE = "encoder_last_hidden_state";

    private final ImmutableMap<String, NDArray> arrays;
    private final long virtualTokens;

    private ModelOutput(Map<String, NDArray> arrays, long virtualTokens) {
        this.arrays = ImmutableMap.copyOf(arrays);
        this.virtualTokens = virtualTokens;
    }

    /** An output of these fields. */
    public static ModelOutput of(Map<String, NDArray> arrays) {
        return new ModelOutput(arrays, 0);
    }

    /** What a plain DJL block returned; a first array alone is called {@code logits}. */
    public static ModelOutput positional(NDList list) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < list.size(); i++) {
            arrays.put(i == 0 ? LOGITS : "out" + i, list.get(i));
        }
        return new ModelOutput(arrays, 0);
    }

    /** All fields in order. */
    public Map<String, NDArray> arrays() {
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
     * Scores of each token as the answer's first, [B, S].
     *
     * @throws IllegalStateException if this model does not answer questions
     */
    public NDArray startLogits() {
        return require(START_LOGITS, "Load the base for QUESTION_ANS.");
    }

    /**
     * Scores of each token as the answer's last, [B, S].
     *
     * @throws IllegalStateException if this model does not answer questions
     */
    public NDArray endLogits() {
        return require(END_LOGITS, "Load the base for QUESTION_ANS.");
    }

    /**
     * The embeddings and each layer's output, [B, S, H]; of an encoder-decoder, the decoder's.
     *
     * @throws IllegalStateException if they were not asked for
     */
    public List<NDArray> hiddenStates() {
        String prefix = arrays.containsKey("hidden_states.0") ? "" : "decoder_";
        ImmutableList.Builder<NDArray> states = ImmutableList.builder();
        states.add(require(prefix + "hidden_states.0", "Call with withOutputHiddenStates(true)."));
        for (int i = 1; arrays.containsKey(prefix + "hidden_states." + i); i++) {
            states.add(require(prefix + "hidden_states." + i, ""));
        }
        return states.build();
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
        return new ModelOutput(copy, virtualTokens);
    }

    /**
     * The same output, whose arrays of a row for each position begin with so many that are none of
     * the input's: tokens that a prompt method put in front.
     */
    public ModelOutput withVirtualTokens(long count) {
        return new ModelOutput(arrays, count);
    }

    /**
     * The positions of the input alone, as somebody wants them who does not know of virtual tokens:
     * logits [B, S, C], hidden states and answers' scores. Places of answers are those that PEFT
     * trains: score p is that of the text's token p, so that the last scores are left out.
     */
    public ModelOutput withoutVirtualTokens() {
        if (virtualTokens == 0) {
            return this;
        }
        Map<String, NDArray> cut = new LinkedHashMap<>();
        arrays.forEach((name, array) -> cut.put(name, withoutVirtualTokens(name, array)));
        return new ModelOutput(cut, 0);
    }

    private NDArray withoutVirtualTokens(String name, NDArray array) {
        int axes = array.getShape().dimension();
        // A language model may have been asked for the last position alone.
        if (axes < 2 || array.getShape().get(1) <= virtualTokens) {
            return array;
        }
        boolean places = name.equals(START_LOGITS) || name.equals(END_LOGITS);
        boolean hidden = name.equals(LAST_HIDDEN_STATE) || name.contains("hidden_states.");
        if (places) {
            return array.get(new NDIndex(":, :{}", array.getShape().get(1) - virtualTokens));
        }
        return axes == 3 && (hidden || name.equals(LOGITS))
                ? array.get(new NDIndex(":, {}:", virtualTokens))
                : array;
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
