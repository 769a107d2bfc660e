package io.github.peft4j.tuner.lora.option;

import io.github.peft4j.config.option.NestedOptions;
import io.github.peft4j.config.option.Option;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of VeLoRA.
 *
 * @param numGroups into how many numbers the features of a token are compressed, positive
 * @param scale factor on the gradient of A, positive
 * @param initType what the groups are projected on: {@code random}, a fixed vector; {@code
 *     batch_average}, the mean of the groups of each batch; {@code batch_average_once}, of the
 *     first batch
 */
public record VeloraConfig(int numGroups, double scale, String initType) {

    /** A fixed random vector. */
    public static final String RANDOM = "random";

    /** The mean group of each batch. */
    public static final String BATCH_AVERAGE = "batch_average";

    /** The mean group of the first batch. */
    public static final String BATCH_AVERAGE_ONCE = "batch_average_once";

    private static final Option<Integer> NUM_GROUPS =
            Option.integer("num_groups", 64).must(groups -> groups > 0, "positive");
    private static final Option<Number> SCALE =
            Option.number("scale", 1.0).must(scale -> scale.doubleValue() > 0, "positive");
    private static final Option<String> INIT_TYPE =
            Option.string("init_type", BATCH_AVERAGE)
                    .must(
                            List.of(BATCH_AVERAGE, BATCH_AVERAGE_ONCE, RANDOM)::contains,
                            "one of [batch_average, batch_average_once, random]");

    /** As they stand in the config of the adapter. */
    public static final Option<Map<String, @Nullable Object>> OPTION =
            NestedOptions.of("velora_config", NUM_GROUPS, SCALE, INIT_TYPE)
                    .means(
                            "settings of VeLoRA, which keeps a part of A's input for the backward"
                                    + " pass: `num_groups`, `scale`, `init_type`");

    /** PEFT's defaults: 64 groups, scale 1, the mean of each batch. */
    public VeloraConfig() {
        this(64, 1, BATCH_AVERAGE);
    }

    /** Out of the values of {@link #OPTION}. */
    public static VeloraConfig of(Map<String, @Nullable Object> values) {
        return new VeloraConfig(
                Values.number(values, NUM_GROUPS).intValue(),
                Values.number(values, SCALE).doubleValue(),
                Values.text(values, INIT_TYPE));
    }

    /** The values of {@link #OPTION}. */
    public Map<String, @Nullable Object> toMap() {
        return Map.of(NUM_GROUPS.key(), numGroups, SCALE.key(), scale, INIT_TYPE.key(), initType);
    }
}
