package io.github.peft4j.task.train.frozen;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashCode;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelInput.KnownStates;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.part.Rope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * Keeps what the frozen layers below the lowest adapter make of each row, so that an epoch after
 * the first begins at the lowest layer that trains.
 *
 * <p>The hidden states at that layer's input go to a file on disk, without padding, four bytes a
 * number, under a key of what the row holds: a row is found again in another batch, at another
 * index and beside other padding, and no other row is taken for it. They are the very bits that the
 * first pass computed. A pass without the cache computes a row to the same bits as long as the
 * engine's products of it do not depend on how many other rows there are; where they do, it differs
 * by that rounding from batch to batch.
 *
 * <p>Refused, since a later epoch would compute something else: dropout in the frozen layers,
 * adapters that change what the model is called with, rotary positions that depend on the longest
 * row of a batch. Refused as well where nothing lies below what trains. {@code PeftTrainer} uses it
 * for {@code frozen_layer_cache_bytes}; a loop of one's own calls {@link #over}. One thread at a
 * time.
 */
public final class FrozenLayerCache implements AutoCloseable {

    private final PeftModel model;
    private final Activation activation;
    private final List<String> merged;
    private final StateStore states;

    private FrozenLayerCache(PeftModel model, StateStore states) {
        this.model = model;
        this.states = states;
        activation = model.activation();
        merged = ImmutableList.copyOf(model.mergedAdapters());
    }

    /**
     * Opens an empty cache for the adapters that are active now.
     *
     * @param maxBytes most that the file may hold; at least 1
     * @param tokens how many tokens all rows have together, padding left out; a cache that cannot
     *     hold so many is refused by the first call. 0 if it is not known: the cache then ends to
     *     take rows when it is full
     * @throws IllegalArgumentException if the active adapters or the base do not allow it
     * @throws IOException if there can be no file in {@code java.io.tmpdir}
     */
    public static FrozenLayerCache open(PeftModel model, long maxBytes, long tokens)
            throws IOException {
        if (maxBytes < 1) {
            throw new IllegalArgumentException(
                    "A cache of %d bytes holds nothing. Give at least 1.".formatted(maxBytes));
        }
        requireFrozenStart(model);
        Path directory = Path.of(System.getProperty("java.io.tmpdir"));
        return new FrozenLayerCache(
                model, new StateStore(new StateFile(directory, maxBytes), maxBytes, tokens));
    }

    private static void requireFrozenStart(PeftModel model) {
        for (String name : model.activeAdapters()) {
            if (model.adapter(name).modelAdapter().isPresent()) {
                throw new IllegalArgumentException(
                        ("Adapter '%s' changes what the model is called with, so no layer stays"
                                        + " frozen in effect, and frozen_layer_cache_bytes has"
                                        + " nothing to keep. Leave it out.")
                                .formatted(name));
            }
        }
        if (model.base().block() instanceof TransformerModel base
                && Rope.lengthOfOneForm(base.config()) < Long.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "The base's rope_type is longrope: what its layers make of a row depends on the"
                            + " longest row of the batch, so it cannot be kept. Leave"
                            + " frozen_layer_cache_bytes out.");
        }
    }

    /**
     * The same call, which takes up what is known of its rows and tells what is not known yet.
     *
     * @throws IllegalStateException if other adapters are active, or merged, than in the beginning
     */
    public ModelInput over(ModelInput input) {
        return over(input, "training");
    }

    /**
     * The same for rows that are evaluated. They are kept apart: which batch a row came in first
     * must not depend on when evaluations happen.
     */
    public ModelInput overEvaluated(ModelInput input) {
        return over(input, "evaluation");
    }

    private ModelInput over(ModelInput input, String kind) {
        if (!model.activation().equals(activation) || !model.mergedAdapters().equals(merged)) {
            throw new IllegalStateException(
                    ("The active adapters were %s and are %s now, for which the kept outputs of the"
                                    + " frozen layers may be wrong. Change adapters between"
                                    + " trainings, or leave frozen_layer_cache_bytes out.")
                            .formatted(activation.names(), model.activeAdapters()));
        }
        ImmutableList<HashCode> keys = RowKeys.of(input, kind);
        return keys.isEmpty() ? input : input.withKnownStates(new Call(keys, input));
    }

    /**
     * Calls a model with {@link #over}.
     *
     * @throws IllegalArgumentException if the model never asks what is known
     */
    public ModelOutput call(ModelInput input, Function<ModelInput, ModelOutput> training) {
        ModelOutput output = training.apply(over(input));
        states.requireAsked();
        return output;
    }

    /** How many calls, and how many of them began above the frozen layers. */
    public FrozenLayerUse use() {
        return states.use();
    }

    /** Removes the file. */
    @Override
    public void close() throws IOException {
        states.close();
    }

    /** The rows of one call. */
    private final class Call implements KnownStates {

        private final ImmutableList<HashCode> keys;
        private final ModelInput input;

        Call(ImmutableList<HashCode> keys, ModelInput input) {
            this.keys = keys;
            this.input = input;
        }

        @Override
        public int layer(List<int[]> places) {
            return states.layer(keys, places);
        }

        @Override
        public NDArray read(List<int[]> places, long positions) {
            return states.read(keys, places, positions, input.manager());
        }

        @Override
        public void keep(int layer, NDArray values, List<int[]> places, boolean random) {
            states.keep(keys, layer, values, places, random);
        }
    }
}
