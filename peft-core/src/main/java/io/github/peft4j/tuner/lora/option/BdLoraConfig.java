package io.github.peft4j.tuner.lora.option;

import io.github.peft4j.config.option.NestedOptions;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.JsonType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of BD-LoRA.
 *
 * @param targetModulesBdA parts of the names of layers whose A is block-diagonal
 * @param targetModulesBdB parts of the names of layers whose B is block-diagonal; none of the first
 * @param nblocks number of blocks, positive; divides the rank and the features on the other side
 * @param matchStrict whether a layer that neither list names is refused; if not, it gets plain LoRA
 */
public record BdLoraConfig(
        List<String> targetModulesBdA,
        List<String> targetModulesBdB,
        int nblocks,
        boolean matchStrict) {

    private static final Option<List<String>> TARGET_MODULES_BD_A =
            Option.nullable("target_modules_bd_a", JsonType.STRINGS);
    private static final Option<List<String>> TARGET_MODULES_BD_B =
            Option.nullable("target_modules_bd_b", JsonType.STRINGS);
    private static final Option<Integer> NBLOCKS = Option.integer("nblocks", 1);
    private static final Option<Boolean> MATCH_STRICT = Option.flag("match_strict", true);

    /** As they stand in the config of the adapter. */
    public static final Option<Map<String, @Nullable Object>> OPTION =
            NestedOptions.of(
                            "use_bdlora",
                            TARGET_MODULES_BD_A,
                            TARGET_MODULES_BD_B,
                            NBLOCKS,
                            MATCH_STRICT)
                    .means(
                            "settings of BD-LoRA, whose A or B is block-diagonal:"
                                    + " `target_modules_bd_a`, `target_modules_bd_b`, `nblocks`,"
                                    + " `match_strict`");

    /** Copies the lists. */
    public BdLoraConfig {
        targetModulesBdA = List.copyOf(targetModulesBdA);
        targetModulesBdB = List.copyOf(targetModulesBdB);
    }

    /** Block-diagonal A and B in these layers; any other target is refused. */
    public BdLoraConfig(List<String> targetModulesBdA, List<String> targetModulesBdB, int nblocks) {
        this(targetModulesBdA, targetModulesBdB, nblocks, true);
    }

    /** Out of the values of {@link #OPTION}. */
    public static BdLoraConfig of(Map<String, @Nullable Object> values) {
        return new BdLoraConfig(
                Values.texts(values, TARGET_MODULES_BD_A),
                Values.texts(values, TARGET_MODULES_BD_B),
                Values.number(values, NBLOCKS).intValue(),
                Values.flag(values, MATCH_STRICT));
    }

    /** The values of {@link #OPTION}. */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put(TARGET_MODULES_BD_A.key(), Values.orNull(targetModulesBdA));
        values.put(TARGET_MODULES_BD_B.key(), Values.orNull(targetModulesBdB));
        values.put(NBLOCKS.key(), nblocks);
        values.put(MATCH_STRICT.key(), matchStrict);
        return values;
    }
}
