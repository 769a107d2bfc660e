package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.exception.UnsupportedFeatureException;

/**
 * Which initializer a value of {@code init_lora_weights} stands for.
 *
 * <p>The names of {@link #ONLY_IN_FILES} stand for start values that need data or a decomposition.
 * An adapter from a file brings its values and leaves the base as it is, so that what a layer
 * starts with does not matter there.
 */
public final class LoraStarts {

    private static final ImmutableMap<Object, LoraInitializer> LINEAR =
            ImmutableMap.of(
                    true,
                    LoraInitializer.kaiming(),
                    false,
                    LoraInitializer.random(),
                    "gaussian",
                    LoraInitializer.gaussian(),
                    "orthogonal",
                    LoraInitializer.orthogonal());

    /** Starts whose values come from a file. */
    static final ImmutableSet<String> ONLY_IN_FILES = ImmutableSet.of("eva", "lora_ga", "mica");

    private LoraStarts() {}

    /** The start of a linear layer. */
    public static LoraInitializer linear(InitLoraWeights start) {
        LoraInitializer custom = start.custom();
        LoraInitializer initializer = custom != null ? custom : LINEAR.get(start.json());
        if (ONLY_IN_FILES.contains(start.toString())) {
            return (manager, in, out, rank) -> {
                throw new UnsupportedFeatureException(
                        "init_lora_weights is "
                                + start
                                + ", a start that this version cannot compute. Load an adapter that"
                                + " has begun, or choose another start.");
            };
        }
        if (initializer == null) {
            throw new IllegalArgumentException(
                    "init_lora_weights '"
                            + start
                            + "' is unknown for linear layers. Use one of "
                            + LINEAR.keySet()
                            + ".");
        }
        return initializer;
    }

    /** The start of a convolution: PEFT knows the plain ones only. */
    public static LoraInitializer convolution(InitLoraWeights start) {
        boolean plain = start.custom() != null || start.isFlag() || start.is("gaussian");
        if (!plain) {
            throw new IllegalArgumentException(
                    "Unknown initialization init_lora_weights '"
                            + start
                            + "' for a convolution. Use true, false or gaussian, or leave"
                            + " convolutions out of target_modules.");
        }
        return linear(start);
    }

    /** The start of an embedding: PEFT tells only false from the rest. */
    public static LoraInitializer embedding(InitLoraWeights start) {
        LoraInitializer custom = start.custom();
        if (custom != null) {
            return custom;
        }
        return start.json().equals(false)
                ? LoraInitializer.randomEmbedding()
                : LoraInitializer.embedding();
    }
}
