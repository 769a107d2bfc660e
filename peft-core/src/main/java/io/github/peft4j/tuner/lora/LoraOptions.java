package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.NestedOptions;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.tuner.lora.option.ArrowConfig;
import io.github.peft4j.tuner.lora.option.BdLoraConfig;
import io.github.peft4j.tuner.lora.option.KasaConfig;
import io.github.peft4j.tuner.lora.option.MontecloraConfig;
import io.github.peft4j.tuner.lora.option.VeloraConfig;
import io.github.peft4j.tuner.trainabletokens.TokenIndices;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of LoRA that methods built on it have too. Those of its variants and special
 * initialisers are kept in files; a version that cannot run one refuses it when it attaches.
 */
final class LoraOptions {

    static final Option<Number> LORA_ALPHA =
            Options.finite("lora_alpha", 8).means("strength; the output is scaled by alpha / r");
    static final Option<Boolean> USE_RSLORA =
            Option.flag("use_rslora", false).means("whether the scale is alpha / √r");
    static final Option<Map<String, Number>> ALPHA_PATTERN =
            Options.finites("alpha_pattern").means("alphas of layers by regular expression");
    static final Option<Number> LORA_DROPOUT =
            Option.dropout("lora_dropout", 0.0)
                    .means("probability that an input feature is dropped in training");
    static final Option<Boolean> LORA_BIAS =
            Option.flag("lora_bias", false).means("whether B has a bias of its own");
    static final Option<InitLoraWeights> INIT_LORA_WEIGHTS =
            Option.of("init_lora_weights", InitLoraWeights.JSON, InitLoraWeights.TRUE)
                    .means("how A and B start");

    static final Option<Boolean> USE_DORA =
            Option.flag("use_dora", false)
                    .nullAsDefault()
                    .means("whether a magnitude per output feature is trained apart (DoRA)");
    static final Option<Map<String, @Nullable Object>> MEGATRON_CONFIG =
            Option.nullable("megatron_config", JsonType.OBJECT)
                    .notYetRun()
                    .means("settings of Megatron's parallel layers");
    static final Option<Map<String, @Nullable Object>> LOFTQ_CONFIG =
            Option.of("loftq_config", JsonType.OBJECT, Map.of())
                    .nullAsDefault()
                    .means(
                            "settings of the LoftQ start: `loftq_bits`, `loftq_iter`; not run by this version");
    static final Option<List<Integer>> ALORA_INVOCATION_TOKENS =
            Option.nullable("alora_invocation_tokens", JsonType.INTEGERS)
                    .means("ids of tokens from which on the adapter acts (activated LoRA)");

    static final Option<TokenIndices> TRAINABLE_TOKEN_INDICES =
            Option.nullable("trainable_token_indices", TokenIndices.JSON)
                    .check(TokenIndices::requireIds)
                    .means(
                            "ids of tokens whose rows are trained along: those of the token"
                                    + " embedding, or by the end of a layer's name");

    static final Option<Boolean> ENSURE_WEIGHT_TYING =
            Option.flag("ensure_weight_tying", false)
                    .nullAsDefault()
                    .means(
                            "whether layers that share one table keep one adapter, or one trained"
                                    + " copy");

    static final Option<List<String>> TARGET_PARAMETERS =
            Option.nullable("target_parameters", JsonType.STRINGS)
                    .means(
                            "names, or ends of names, of bare parameters to adapt, such as the"
                                    + " stacked weights of experts");

    static final Option<List<List<Integer>>> LAYER_REPLICATION =
            Option.nullable(
                            "layer_replication",
                            JsonType.INTEGERS.list(
                                    "a list of pairs [first layer, layer after the last]"))
                    .must(
                            LoraOptions::areRanges,
                            "a list of pairs [first layer, layer after the last], such as [[0, 4],"
                                    + " [2, 5]]")
                    .means("ranges of layers that make up a deeper model");

    static final Option<Map<String, @Nullable Object>> EVA_CONFIG =
            NestedOptions.of(
                            "eva_config",
                            Option.number("rho", 2.0).must(rho -> atLeast(rho, 1), "at least 1"),
                            Option.number("tau", 0.99)
                                    .must(
                                            tau -> atLeast(tau, 0) && tau.doubleValue() <= 1,
                                            "between 0 and 1"),
                            Option.flag("use_label_mask", true),
                            Option.integer("label_mask_value", -100),
                            Option.flag("whiten", false),
                            Option.flag("adjust_scaling_factors", true))
                    .means("settings of the EVA start, read by `LoraCalibration`");

    static final Option<Map<String, @Nullable Object>> CORDA_CONFIG =
            NestedOptions.of(
                            "corda_config",
                            Option.nullable("cache_file", JsonType.STRING),
                            Option.nullable("covariance_file", JsonType.STRING),
                            Option.string("corda_method", "ipm"),
                            Option.flag("verbose", false),
                            Option.flag("use_float16_for_covariance", false),
                            Option.flag("prune_temporary_fields", true))
                    .means("settings of the CorDA start, read by `LoraCalibration`");

    static final Option<Map<String, @Nullable Object>> LORA_GA_CONFIG =
            NestedOptions.of(
                            "lora_ga_config",
                            Option.string("direction", "ArB2r"),
                            Option.string("scale", "stable"),
                            Option.number("stable_gamma", 16))
                    .means("settings of the LoRA-GA start, read by `LoraCalibration`");

    /** All, but LoRA's own {@code rank_pattern}. */
    static final ImmutableList<Option<?>> ALL =
            ImmutableList.of(
                    Options.rank(8),
                    LORA_ALPHA,
                    USE_RSLORA,
                    ALPHA_PATTERN,
                    LORA_DROPOUT,
                    Options.FAN_IN_FAN_OUT,
                    Options.bias("LORA"),
                    LORA_BIAS,
                    INIT_LORA_WEIGHTS,
                    USE_DORA,
                    EVA_CONFIG,
                    CORDA_CONFIG,
                    LORA_GA_CONFIG,
                    LOFTQ_CONFIG,
                    ALORA_INVOCATION_TOKENS,
                    ArrowConfig.OPTION,
                    BdLoraConfig.OPTION,
                    KasaConfig.OPTION,
                    VeloraConfig.OPTION,
                    MontecloraConfig.OPTION,
                    later(Option.flag("use_qalora", false))
                            .means("whether inputs are pooled in groups (QA-LoRA)"),
                    Option.integer("qalora_group_size", 16)
                            .nullAsDefault()
                            .means("features in a group of QA-LoRA; not run by this version"),
                    MEGATRON_CONFIG,
                    Option.nullable("megatron_core", JsonType.STRING)
                            .withDefault("megatron.core")
                            .means("the Python module of Megatron; not run by this version"),
                    TRAINABLE_TOKEN_INDICES,
                    LAYER_REPLICATION,
                    TARGET_PARAMETERS,
                    ENSURE_WEIGHT_TYING);

    /** Those that LoRA itself runs and the methods built on it do not. */
    static final ImmutableList<Option<?>> OF_LORA_ALONE =
            ImmutableList.of(
                    ENSURE_WEIGHT_TYING.notYetRun(),
                    TARGET_PARAMETERS.notYetRun(),
                    LAYER_REPLICATION.notYetRun(),
                    ALORA_INVOCATION_TOKENS.notYetRun(),
                    ArrowConfig.OPTION.notYetRun());

    private LoraOptions() {}

    private static boolean areRanges(List<List<Integer>> ranges) {
        return ranges.stream()
                .allMatch(
                        range ->
                                range.size() == 2
                                        && range.get(0) >= 0
                                        && range.get(1) > range.get(0));
    }

    private static Option<Boolean> later(Option<Boolean> flag) {
        return flag.nullAsDefault().notYetRun();
    }

    private static boolean atLeast(Number value, double least) {
        return value.doubleValue() >= least;
    }
}
