package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.layout.LayerSequence;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.Scope;
import java.util.List;
import java.util.function.Supplier;

/** Layers one on the other, each of which computes no more than somebody will read. */
public final class EncoderStack {

    private EncoderStack() {}

    /** One layer. */
    public interface Layer {

        /**
         * The layer's output.
         *
         * @param index number of the layer, from 0
         * @param x hidden states in their layout
         */
        NDArray forward(EncoderCall call, int index, NDArray x);
    }

    /** The layout that the positions somebody will read, and the active adapters, allow. */
    public static TokenLayout layout(
            AdapterPass pass, ModelInput input, RequiredPositions required) {
        NDArray ids = TokenInput.tokens(input);
        NDArray mask = input.attentionMask();
        return all(input, required) || input.cache() != null || !pass.allowsPacking()
                ? TokenLayout.padded(ids, mask)
                : TokenLayout.packedFromFirst(ids, mask)
                        .placed(pass, () -> TokenLayout.padded(ids, mask));
    }

    private static boolean all(ModelInput input, RequiredPositions required) {
        return required == RequiredPositions.ALL || input.outputHiddenStates();
    }

    /**
     * For models that cannot look at keys and values from outside.
     *
     * @throws IllegalArgumentException if the input has some
     */
    public static void refuseCache(ModelInput input) {
        if (input.cache() != null) {
            throw new IllegalArgumentException(
                    "Models of this type take no keys and values from outside. Use a method that"
                            + " changes weights, or one that puts embeddings in front (prompt"
                            + " tuning).");
        }
    }

    /**
     * Runs the layers.
     *
     * @param embeddings makes the input of the first, which is then theirs; not called where a
     *     later layer's input is known
     */
    public static Backbone.Output run(
            AdapterPass pass,
            ModelInput input,
            TokenLayout layout,
            RequiredPositions required,
            Supplier<NDArray> embeddings,
            List<? extends Layer> layers) {
        boolean first =
                required == RequiredPositions.FIRST
                        && !all(input, required)
                        && pass.allowsPacking();
        int top = layers.size() - 1;
        LayerSequence.Result result =
                new LayerSequence(
                                pass,
                                layout,
                                input.outputHiddenStates(),
                                first,
                                input.knownStates())
                        .run(
                                layers.size(),
                                embeddings,
                                (i, x) -> {
                                    EncoderCall call =
                                            new EncoderCall(
                                                    pass, layout, input.cache(), first && i == top);
                                    return Scope.run(x, h -> layers.get(i).forward(call, i, h));
                                });
        NDArray last = result.last();
        ImmutableList.Builder<NDArray> states = ImmutableList.builder();
        if (input.outputHiddenStates()) {
            states.addAll(result.inputs()).add(last);
        }
        return new Backbone.Output(last, layout, first, null, states.build(), ImmutableMap.of());
    }
}
