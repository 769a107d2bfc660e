package io.github.peft4j.tuner.lora.option;

import io.github.peft4j.config.option.NestedOptions;
import io.github.peft4j.config.option.Option;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of KaSA.
 *
 * @param beta weight in the loss of the squared singular values, at least 0
 * @param gamma weight in the loss of how far A and B are from orthonormal, at least 0
 */
public record KasaConfig(double beta, double gamma) {

    private static final Option<Number> BETA =
            Option.number("beta", 1e-4).must(beta -> beta.doubleValue() >= 0, "at least 0");
    private static final Option<Number> GAMMA =
            Option.number("gamma", 1e-3).must(gamma -> gamma.doubleValue() >= 0, "at least 0");

    /** As they stand in the config of the adapter. */
    public static final Option<Map<String, @Nullable Object>> OPTION =
            NestedOptions.of("kasa_config", BETA, GAMMA)
                    .means(
                            "settings of KaSA, which leaves out the smallest singular parts of the"
                                    + " weight: `beta`, `gamma`");

    /** PEFT's defaults, 1e-4 and 1e-3. */
    public KasaConfig() {
        this(1e-4, 1e-3);
    }

    /** Out of the values of {@link #OPTION}. */
    public static KasaConfig of(Map<String, @Nullable Object> values) {
        return new KasaConfig(
                Values.number(values, BETA).doubleValue(),
                Values.number(values, GAMMA).doubleValue());
    }

    /** The values of {@link #OPTION}. */
    public Map<String, @Nullable Object> toMap() {
        return Map.of(BETA.key(), beta, GAMMA.key(), gamma);
    }
}
