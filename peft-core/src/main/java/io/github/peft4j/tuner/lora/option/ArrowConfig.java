package io.github.peft4j.tuner.lora.option;

import io.github.peft4j.config.option.NestedOptions;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.JsonType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of Arrow, which routes each token to the experts whose direction it has.
 *
 * @param topK how many experts a token has, positive
 * @param routerTemperature divides the scores before their softmax, positive
 * @param useGks whether the mean of the general adapters is taken out of the experts (GenKnowSub)
 * @param taskAdapterNames the experts, adapters of the same model
 * @param gksAdapterNames the general adapters
 * @param rngSeed seed of the vector that the search for a direction starts from; empty for any
 */
public record ArrowConfig(
        int topK,
        double routerTemperature,
        boolean useGks,
        List<String> taskAdapterNames,
        List<String> gksAdapterNames,
        Optional<Integer> rngSeed) {

    private static final Option<Integer> TOP_K =
            Option.integer("top_k", 3).must(k -> k > 0, "positive");
    private static final Option<Number> TEMPERATURE =
            Option.number("router_temperature", 1.0)
                    .must(temperature -> temperature.doubleValue() > 0, "positive");
    private static final Option<Boolean> USE_GKS = Option.flag("use_gks", false);
    private static final Option<List<String>> TASK_ADAPTERS =
            Option.nullable("task_adapter_names", JsonType.STRINGS);
    private static final Option<List<String>> GKS_ADAPTERS =
            Option.nullable("gks_adapter_names", JsonType.STRINGS);
    private static final Option<Integer> RNG_SEED = Option.nullable("rng_seed", JsonType.INTEGER);

    /** As they stand in the config of the adapter. */
    public static final Option<Map<String, @Nullable Object>> OPTION =
            NestedOptions.of(
                            "arrow_config",
                            TOP_K,
                            TEMPERATURE,
                            USE_GKS,
                            TASK_ADAPTERS,
                            GKS_ADAPTERS,
                            RNG_SEED)
                    .means(
                            "settings of Arrow, which routes tokens to other adapters of the"
                                    + " model: `top_k`, `router_temperature`, `use_gks`,"
                                    + " `task_adapter_names`, `gks_adapter_names`, `rng_seed`");

    /** Copies the lists. */
    public ArrowConfig {
        taskAdapterNames = List.copyOf(taskAdapterNames);
        gksAdapterNames = List.copyOf(gksAdapterNames);
    }

    /** PEFT's defaults but for the names: three experts a token, temperature 1. */
    public ArrowConfig(int topK, List<String> taskAdapterNames) {
        this(topK, 1, false, taskAdapterNames, List.of(), Optional.empty());
    }

    /** Out of the values of {@link #OPTION}. */
    public static ArrowConfig of(Map<String, @Nullable Object> values) {
        return new ArrowConfig(
                Values.number(values, TOP_K).intValue(),
                Values.number(values, TEMPERATURE).doubleValue(),
                Values.flag(values, USE_GKS),
                Values.texts(values, TASK_ADAPTERS),
                Values.texts(values, GKS_ADAPTERS),
                values.get(RNG_SEED.key()) instanceof Number seed
                        ? Optional.of(seed.intValue())
                        : Optional.empty());
    }

    /** The same with other adapters. */
    public ArrowConfig withAdapters(List<String> experts, List<String> general) {
        return new ArrowConfig(topK, routerTemperature, useGks, experts, general, rngSeed);
    }

    /** The values of {@link #OPTION}. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put(TOP_K.key(), topK);
        values.put(TEMPERATURE.key(), routerTemperature);
        values.put(USE_GKS.key(), useGks);
        values.put(TASK_ADAPTERS.key(), Values.orNull(taskAdapterNames));
        values.put(GKS_ADAPTERS.key(), Values.orNull(gksAdapterNames));
        values.put(RNG_SEED.key(), rngSeed.orElse(null));
        return values;
    }
}
