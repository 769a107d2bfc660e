package io.github.peft4j.tuner.lora;

import com.google.common.base.Joiner;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.CommonOptions;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.tuner.lora.option.BdLoraConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What LoRA's options mean for each other: refusals, fill-ins and warnings as in PEFT. */
final class LoraRules {

    private LoraRules() {}

    /** A table with LoRA's options and these rules. */
    static <C extends LoraBasedConfig> ConfigType<C> addTo(ConfigType<C> table) {
        return table.with(LoraOptions.ALL)
                .resolving(LoraRules::resolve)
                .rule(LayerConfig::refuseLayersWithRegex)
                .rule(LayerConfig::refusePatternWithoutLayers)
                .rule(LoraRules::check)
                .warning(LoraRules::warnings);
    }

    private static void check(LoraBasedConfig config) {
        InitLoraWeights start = config.initLoraWeights();
        boolean dora = config.get(LoraOptions.USE_DORA);
        Preconditions.checkArgument(
                !config.loraBias() || start.isFlag(),
                "lora_bias is true but init_lora_weights is %s; a bias needs init_lora_weights true"
                        + " or false. Leave one of the two out.",
                start);
        Preconditions.checkArgument(
                !dora || config.find(LoraOptions.MEGATRON_CONFIG).map(Map::isEmpty).orElse(true),
                "use_dora is true and megatron_config is set; DoRA does not work with Megatron."
                        + " Leave one of the two out.");
        Preconditions.checkArgument(
                !config.loraBias() || !dora,
                "lora_bias is true and use_dora is true; DoRA has no bias. Leave one of the two"
                        + " out.");
        Preconditions.checkArgument(
                !start.is("loftq") || !config.get(LoraOptions.LOFTQ_CONFIG).isEmpty(),
                "init_lora_weights is loftq but loftq_config is empty. Set loftq_config, for"
                        + " example to {\"loftq_bits\": 4}.");
        config.useBdlora().ifPresent(LoraRules::refuseBlockDiagonalOverlap);
    }

    /** No module may have both factors block-diagonal. */
    private static void refuseBlockDiagonalOverlap(BdLoraConfig bdlora) {
        Set<String> both = new HashSet<>(bdlora.targetModulesBdA());
        both.retainAll(bdlora.targetModulesBdB());
        Preconditions.checkArgument(
                both.isEmpty(),
                "use_bdlora names %s in target_modules_bd_a and target_modules_bd_b; a module may"
                        + " be in one of them only. Take it out of the other.",
                both);
    }

    /**
     * Drops the LoftQ options where they have no effect, and fills in the ones that a start needs.
     */
    private static OptionValues resolve(OptionValues values, Consumer<String> warn) {
        InitLoraWeights start = values.get(LoraOptions.INIT_LORA_WEIGHTS);
        boolean eva = values.find(LoraOptions.EVA_CONFIG) != null;
        boolean corda = values.find(LoraOptions.CORDA_CONFIG) != null;
        OptionValues resolved = values;
        if (!start.is("loftq")) {
            if (!values.get(LoraOptions.LOFTQ_CONFIG).isEmpty()) {
                warn.accept(ignored("loftq", start));
            }
            resolved = resolved.with(LoraOptions.LOFTQ_CONFIG, Map.of());
        }
        warnOfStart("eva", start, eva, warn);
        warnOfStart("corda", start, corda, warn);
        if (start.is("eva") && !eva) {
            return resolved.with(LoraOptions.EVA_CONFIG, Map.of());
        }
        boolean evaIgnored = eva && !start.is("eva");
        return start.is("corda") && !corda && !evaIgnored
                ? resolved.with(LoraOptions.CORDA_CONFIG, Map.of())
                : resolved;
    }

    private static void warnOfStart(
            String name, InitLoraWeights start, boolean isSet, Consumer<String> warn) {
        if (start.is(name) && !isSet) {
            warn.accept(
                    "init_lora_weights is %s but %s_config is not set. Its defaults are used."
                            .formatted(name, name));
        } else if (isSet && !start.is(name)) {
            warn.accept(ignored(name, start));
        }
    }

    private static String ignored(String name, InitLoraWeights start) {
        return "%s_config is set but ignored, because init_lora_weights is %s, not %s."
                .formatted(name, start, name);
    }

    private static List<String> warnings(LoraBasedConfig config) {
        List<String> warnings = new ArrayList<>();
        TaskType task = config.find(CommonOptions.TASK_TYPE).orElse(null);
        if (config.find(LoraOptions.ALORA_INVOCATION_TOKENS).isPresent()
                && task != TaskType.CAUSAL_LM) {
            warnings.add(
                    "alora_invocation_tokens is set but task_type is "
                            + task
                            + "; aLoRA works for CAUSAL_LM only.");
        }
        InitLoraWeights start = config.initLoraWeights();
        if (config.useRslora() && config.hasPatterns() && start.changesBase()) {
            warnings.add(
                    "use_rslora with rank_pattern or alpha_pattern and init_lora_weights "
                            + start
                            + ": such an adapter cannot be converted to plain LoRA later.");
        }
        return warnings;
    }

    /** Refuses options that this version cannot run. */
    static void requireSupported(LoraBasedConfig config) {
        List<String> missing = notYetSupported(config);
        if (!missing.isEmpty()) {
            throw new UnsupportedFeatureException(
                    "LoRA options that this version cannot run: "
                            + Joiner.on(", ").join(missing)
                            + ". "
                            + cure(config));
        }
    }

    /** What to do about options that this version cannot run. */
    private static String cure(LoraBasedConfig config) {
        return config.initLoraWeights().is("loftq")
                ? "LoftQ begins from a quantised base, for which Python needs bitsandbytes and a"
                        + " GPU. Choose another start, such as pissa."
                : "Leave them at their defaults.";
    }

    /** The options, sorted, that are set to something that this version cannot run. */
    static List<String> notYetSupported(LoraBasedConfig config) {
        List<String> names = new ArrayList<>();
        config.type().notYetRun(config).stream().map(Option::key).forEach(names::add);
        if (config.initLoraWeights().is("loftq")) {
            names.add("init_lora_weights=loftq");
        }
        return ImmutableList.sortedCopyOf(names);
    }
}
