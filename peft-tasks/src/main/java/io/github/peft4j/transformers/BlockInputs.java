package io.github.peft4j.transformers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.model.ModelInput;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The arrays of a call: told apart by their names, else by their place, and not empty. */
final class BlockInputs {

    private static final ImmutableSet<String> NAMES =
            ImmutableSet.of(
                    ModelInput.INPUT_IDS,
                    ModelInput.INPUTS_EMBEDS,
                    ModelInput.ATTENTION_MASK,
                    ModelInput.TOKEN_TYPE_IDS,
                    ModelInput.POSITION_IDS,
                    ModelInput.DECODER_INPUT_IDS,
                    ModelInput.DECODER_INPUTS_EMBEDS,
                    ModelInput.DECODER_ATTENTION_MASK,
                    ModelInput.ENCODER_OUTPUTS,
                    ModelInput.TASK_IDS);

    private static final ImmutableSet<String> TOKENS =
            ImmutableSet.of(
                    ModelInput.INPUT_IDS,
                    ModelInput.INPUTS_EMBEDS,
                    ModelInput.DECODER_INPUT_IDS,
                    ModelInput.DECODER_INPUTS_EMBEDS);

    private BlockInputs() {}

    /**
     * Refuses a mask [B, S] of another width than the tokens that it is of. Behind keys of earlier
     * calls it is that of the whole text, and an encoder's output has no tokens to compare with.
     *
     * @throws IllegalArgumentException that names both
     */
    static void requireMasks(ModelInput input) {
        if (input.cache() != null) {
            return;
        }
        requireMask(
                input, ModelInput.ATTENTION_MASK, ModelInput.INPUT_IDS, ModelInput.INPUTS_EMBEDS);
        requireMask(
                input,
                ModelInput.DECODER_ATTENTION_MASK,
                ModelInput.DECODER_INPUT_IDS,
                ModelInput.DECODER_INPUTS_EMBEDS);
    }

    private static void requireMask(ModelInput input, String name, String... tokens) {
        NDArray mask = input.get(name);
        for (String array : tokens) {
            NDArray of = input.get(array);
            if (mask == null || of == null || mask.getShape().dimension() != 2) {
                continue;
            }
            boolean fits =
                    of.getShape().dimension() >= 2
                            && mask.getShape().get(0) == of.getShape().get(0)
                            && mask.getShape().get(1) == of.getShape().get(1);
            if (!fits) {
                throw new IllegalArgumentException(
                        ("%s has shape %s, but %s has %s. A mask has a number for each token: pad"
                                        + " or cut both together.")
                                .formatted(name, mask.getShape(), array, of.getShape()));
            }
        }
    }

    /**
     * Refuses a batch without rows, and rows without tokens.
     *
     * @throws IllegalArgumentException that names the array
     */
    static void requireTokens(ModelInput input) {
        for (String name : TOKENS) {
            NDArray array = input.get(name);
            if (array != null && array.getShape().size() == 0) {
                throw new IllegalArgumentException(
                        ("%s of shape %s is empty. A batch needs at least one row, and a row one"
                                        + " token: leave empty batches and texts out.")
                                .formatted(name, array.getShape()));
            }
        }
    }

    /**
     * The arrays by name.
     *
     * @param third what a third array without a name is
     * @throws IllegalArgumentException if it cannot be said what an array is
     */
    static ModelInput named(NDList arrays, Optional<String> third) {
        if (arrays.stream().noneMatch(array -> NAMES.contains(array.getName()))) {
            return placed(arrays, third);
        }
        Map<String, NDArray> named = new LinkedHashMap<>();
        for (int i = 0; i < arrays.size(); i++) {
            String name = arrays.get(i).getName();
            if (!NAMES.contains(name) || named.put(name, arrays.get(i)) != null) {
                throw new IllegalArgumentException(
                        ("Array %d of the call has the name '%s'. Where one array has a name, each"
                                        + " needs one of its own: setName with one of %s.")
                                .formatted(i, name, NAMES));
            }
        }
        return ModelInput.of(named);
    }

    private static ModelInput placed(NDList arrays, Optional<String> third) {
        ImmutableList.Builder<String> places = ImmutableList.builder();
        places.add(ModelInput.INPUT_IDS, ModelInput.ATTENTION_MASK);
        third.ifPresent(places::add);
        ImmutableList<String> names = places.build();
        if (arrays.size() > names.size()) {
            throw new IllegalArgumentException(
                    ("The call has %d arrays without names, and this model takes %s by place. Name"
                                    + " each array: setName with one of %s.")
                            .formatted(arrays.size(), names, NAMES));
        }
        Map<String, NDArray> named = new LinkedHashMap<>();
        for (int i = 0; i < arrays.size(); i++) {
            named.put(names.get(i), arrays.get(i));
        }
        return ModelInput.of(named);
    }
}
