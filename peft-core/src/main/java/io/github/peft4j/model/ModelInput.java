package io.github.peft4j.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a model is called with: arrays under the argument names of Hugging Face's forward, in the
 * order in which they were given.
 *
 * <p>B is the batch, S the sequence, H the hidden size. Immutable: {@link #with} and {@link
 * #without} give changed copies that share the arrays, which is how a prompt method changes a call.
 * The arrays belong to the caller's manager and must stay open until the backward pass is done.
 *
 * <ul>
 *   <li>{@code input_ids}: [B, S] int64, or {@code inputs_embeds}: [B, S, H] in its place
 *   <li>{@code attention_mask}: [B, S], 1 for a token and 0 for padding; absent means all ones
 *   <li>{@code token_type_ids}, {@code position_ids}: [B, S] int64
 *   <li>{@code decoder_input_ids} (or {@code decoder_inputs_embeds}: [B, T, H] in their place),
 *       {@code decoder_attention_mask}: [B, T], for an encoder-decoder; {@code encoder_outputs}:
 *       [B, S, H], what its encoder made in an earlier call
 *   <li>{@code task_ids}: [B] int64, for adapters that were trained for several tasks
 *   <li>{@code labels}, {@code start_positions}, {@code end_positions}: what the loss is computed
 *       from; absent means no loss
 * </ul>
 */
public final class ModelInput {

    /** Token ids. */
    public static final String INPUT_IDS = "input_ids";

    /** Embeddings in place of token ids. */
    public static final String INPUTS_EMBEDS = "inputs_embeds";

    /** 1 for a token, 0 for padding. */
    public static final String ATTENTION_MASK = "attention_mask";

    /** Segment of each token. */
    public static final String TOKEN_TYPE_IDS = "token_type_ids";

    /** Position of each token. */
    public static final String POSITION_IDS = "position_ids";

    /** What the loss is computed from. */
    public static final String LABELS = "labels";

    /** Position of the answer's first token. */
    public static final String START_POSITIONS = "start_positions";

    /** Position of the answer's last token. */
    public static final String END_POSITIONS = "end_positions";

    /** Token ids of a decoder. */
    public static final String DECODER_INPUT_IDS = "decoder_input_ids";

    /** Embeddings in place of a decoder's token ids. */
    public static final String DECODER_INPUTS_EMBEDS = "decoder_inputs_embeds";

    /** 1 for a token of a decoder, 0 for padding. */
    public static final String DECODER_ATTENTION_MASK = "decoder_attention_mask";

    /** What the encoder made, in place of a run of it. */
    public static final String ENCODER_OUTPUTS = "encoder_outputs";

    /** Number of each row's task, for adapters of several tasks. */
    public static final String TASK_IDS = "task_ids";

    private final ImmutableMap<String, NDArray> arrays;
    private final boolean outputHiddenStates;
    private final LogitsToKeep logits;
    private final @Nullable KeyValueCache cache;
    private final @Nullable KnownStates known;

    private ModelInput(
            Map<String, NDArray> arrays,
            boolean outputHiddenStates,
            LogitsToKeep logits,
            @Nullable KeyValueCache cache,
            @Nullable KnownStates known) {
        this.arrays = ImmutableMap.copyOf(arrays);
        this.outputHiddenStates = outputHiddenStates;
        this.logits = logits;
        this.cache = cache;
        this.known = known;
    }

    private ModelInput with(Map<String, NDArray> others) {
        return new ModelInput(others, outputHiddenStates, logits, cache, known);
    }

    /** An input of these arrays by argument name. */
    public static ModelInput of(Map<String, NDArray> arrays) {
        if (arrays.isEmpty()) {
            throw new IllegalArgumentException(
                    "A model input has no arrays. Pass at least input_ids or inputs_embeds.");
        }
        return new ModelInput(arrays, false, LogitsToKeep.ALL, null, null);
    }

    /** An input of token ids [B, S] and their mask [B, S]. */
    public static ModelInput of(NDArray inputIds, NDArray attentionMask) {
        return of(ImmutableMap.of(INPUT_IDS, inputIds, ATTENTION_MASK, attentionMask));
    }

    /** The arguments of a plain DJL block, in its order. */
    public static ModelInput positional(NDList list) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < list.size(); i++) {
            arrays.put("arg" + i, list.get(i));
        }
        return of(arrays);
    }

    /** The arrays in their order, without names: how a plain DJL block is called. */
    public NDList toList() {
        return new NDList(arrays.values().asList());
    }

    /** All arrays by argument name, in the order given. */
    public Map<String, NDArray> arrays() {
        return arrays;
    }

    /** The array of this argument name, or null. */
    public @Nullable NDArray get(String name) {
        return arrays.get(name);
    }

    /** Token ids [B, S], or null. */
    public @Nullable NDArray inputIds() {
        return arrays.get(INPUT_IDS);
    }

    /** Embeddings [B, S, H] in place of ids, or null. */
    public @Nullable NDArray inputsEmbeds() {
        return arrays.get(INPUTS_EMBEDS);
    }

    /** The mask [B, S], or null for all ones. */
    public @Nullable NDArray attentionMask() {
        return arrays.get(ATTENTION_MASK);
    }

    /** Labels, or null. */
    public @Nullable NDArray labels() {
        return arrays.get(LABELS);
    }

    /** Whether the hidden states of all layers are wanted, at padding positions too. */
    public boolean outputHiddenStates() {
        return outputHiddenStates;
    }

    /** The same call with one array put in or replaced. */
    public ModelInput with(String name, NDArray array) {
        Map<String, NDArray> copy = new LinkedHashMap<>(arrays);
        copy.put(name, array);
        return with(copy);
    }

    /** The same call without the array of this name. */
    public ModelInput without(String name) {
        Map<String, NDArray> copy = new LinkedHashMap<>(arrays);
        copy.remove(name);
        return with(copy);
    }

    /** The same call that also returns (or does not return) the hidden states of all layers. */
    public ModelInput withOutputHiddenStates(boolean wanted) {
        return new ModelInput(arrays, wanted, logits, cache, known);
    }

    /** Which scores of a language model are wanted; all unless said otherwise. */
    public LogitsToKeep logits() {
        return logits;
    }

    /** The same call that returns only these scores of a language model. */
    public ModelInput withLogits(LogitsToKeep wanted) {
        return new ModelInput(arrays, outputHiddenStates, wanted, cache, known);
    }

    /** Keys and values of earlier positions, or null. */
    public @Nullable KeyValueCache cache() {
        return cache;
    }

    /**
     * The same call after earlier positions, which {@code attention_mask} covers too: [B, P + S].
     * The call adds its own.
     */
    public ModelInput withCache(KeyValueCache earlier) {
        return new ModelInput(arrays, outputHiddenStates, logits, earlier, known);
    }

    /**
     * What is known of the rows below some layer, or null. It does not hold where something was put
     * in front of the tokens, or in their place.
     */
    public @Nullable KnownStates knownStates() {
        return outputHiddenStates || cache != null || inputsEmbeds() != null ? null : known;
    }

    /** The same call that takes up, or is to tell, what its frozen layers make of the rows. */
    public ModelInput withKnownStates(KnownStates states) {
        return new ModelInput(arrays, outputHiddenStates, logits, cache, states);
    }

    /** Rows of the batch: the length of the first axis of the ids, embeddings or first array. */
    public long rows() {
        NDArray ids = inputIds();
        NDArray embeds = ids != null ? ids : inputsEmbeds();
        NDArray array = embeds != null ? embeds : arrays.values().iterator().next();
        return array.getShape().dimension() == 0 ? 1 : array.getShape().get(0);
    }

    /** The manager in which the call computes: that of the first array. */
    public NDManager manager() {
        return arrays.values().iterator().next().getManager();
    }

    /**
     * What an earlier call has computed of this call's rows, up to the input of one layer. Frozen
     * layers below every adapter make the same of a row in each epoch, so a training may keep it
     * and start there.
     *
     * <p>T is the number of positions of a call, padding included where its layout keeps any, H the
     * hidden size. The places of a row are those of its positions up to its last token among the T.
     */
    public interface KnownStates {

        /**
         * The layer, from 1, whose input is known for every row; 0 if it is not known for all.
         *
         * @param places of each row
         */
        int layer(List<int[]> places);

        /**
         * The input of {@link #layer}: [T, H], zeros for padding behind a row.
         *
         * @param places of each row
         * @param positions T
         */
        NDArray read(List<int[]> places, long positions);

        /**
         * Takes the input of the lowest layer that an adapter acts on, or of the last one that can
         * be kept.
         *
         * @param layer its number, from 0; as many as there are layers for the output of the last
         * @param states [T, H]
         * @param places of each row
         * @param random whether something below has drawn random numbers, as dropout does
         * @throws IllegalArgumentException if they differ between epochs, or nothing lies below
         */
        void keep(int layer, NDArray states, List<int[]> places, boolean random);
    }
}
