package io.github.peft4j.config;

import java.util.Locale;

/**
 * The option {@code bias} of the methods that have it: which biases of the base are trained along.
 *
 * @param jsonName {@code none}, {@code all}, or the method's own word for its layers, such as
 *     {@code vera_only}
 * @param rule what it means
 */
public record BiasOption(String jsonName, Bias rule) {

    /** No biases; the only choice if several adapters share a model. */
    public static final BiasOption NONE = new BiasOption("none", Bias.NONE);

    /** Every bias of the model. */
    public static final BiasOption ALL = new BiasOption("all", Bias.ALL);

    /** The biases of the adapted layers, under the method's own word. */
    public static BiasOption adaptedLayers(PeftType type) {
        String name = type.name().toLowerCase(Locale.ROOT) + "_only";
        return new BiasOption(name, Bias.ADAPTED_LAYERS);
    }

    /**
     * The choice of this JSON name.
     *
     * @throws IllegalArgumentException if the method has none of that name
     */
    public static BiasOption of(PeftType type, String jsonName) {
        BiasOption own = adaptedLayers(type);
        for (BiasOption option : new BiasOption[] {NONE, ALL, own}) {
            if (option.jsonName().equals(jsonName)) {
                return option;
            }
        }
        throw new IllegalArgumentException(
                "bias is '" + jsonName + "'; it must be one of none, all, " + own.jsonName() + ".");
    }
}
