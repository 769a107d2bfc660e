package io.github.peft4j.tuner.lora;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.TaskType;
import java.util.Map;
import java.util.Objects;

/** What LoRA's options mean for each other: refusals, fill-ins and warnings as in PEFT. */
final class LoraRules {

    /** Options that this version lacks as soon as they are set and not empty. */
    private static final ImmutableList<String> UNSUPPORTED_WHEN_SET =
            ImmutableList.of(
                    "arrow_config",
                    "ensure_weight_tying",
                    "kasa_config",
                    "layer_replication",
                    "megatron_config",
                    "monteclora_config",
                    "target_parameters",
                    "trainable_token_indices",
                    "use_bdlora",
                    "use_dora",
                    "use_qalora",
                    "velora_config");

    private static final ImmutableSet<String> UNSUPPORTED_STARTS =
            ImmutableSet.of("eva", "olora", "corda", "loftq", "lora_ga", "mica");

    private LoraRules() {}

    /**
     * Refuses what contradicts itself.
     *
     * @throws IllegalArgumentException naming both options
     */
    static void check(LoraLayerOptions layer, LoraVariants variants) {
        Preconditions.checkArgument(
                !variants.flag("use_dora") || !variants.isTruthy("megatron_config"),
                "use_dora is true and megatron_config is set; DoRA does not work with Megatron."
                        + " Leave one of the two out.");
        Preconditions.checkArgument(
                !layer.loraBias() || !variants.flag("use_dora"),
                "lora_bias is true and use_dora is true; DoRA has no bias. Leave one of the two"
                        + " out.");
        Preconditions.checkArgument(
                !layer.initLoraWeights().is("loftq") || variants.isTruthy("loftq_config"),
                "init_lora_weights is loftq but loftq_config is empty. Set optLoftqConfig, for"
                        + " example to {\"loftq_bits\": 4}.");
        if (variants.values().get("use_bdlora") instanceof Map<?, ?> bdlora) {
            LoraSubConfigs.refuseBlockDiagonalOverlap(bdlora);
        }
    }

    /** Drops the LoftQ options where they have no effect, fills in the ones that a start needs. */
    static LoraVariants resolve(InitLoraWeights start, LoraVariants variants) {
        LoraVariants resolved = variants;
        if (!start.is("loftq")) {
            resolved = resolved.with("loftq_config", ImmutableMap.of());
        }
        if (start.is("eva") && !variants.isSet("eva_config")) {
            return resolved.with("eva_config", ImmutableMap.of());
        }
        boolean evaIgnored = variants.isSet("eva_config") && !start.is("eva");
        if (start.is("corda") && !variants.isSet("corda_config") && !evaIgnored) {
            return resolved.with("corda_config", ImmutableMap.of());
        }
        return resolved;
    }

    /** What PEFT warns about, from the options as given, before they are resolved. */
    static ImmutableList<String> warnings(
            CommonFields common, LoraScaling scaling, InitLoraWeights start, LoraVariants given) {
        ImmutableList.Builder<String> warnings = ImmutableList.builder();
        if (given.isTruthy("loftq_config") && !start.is("loftq")) {
            warnings.add(ignored("loftq", start));
        }
        for (String name : ImmutableList.of("eva", "corda")) {
            boolean isSet = given.isSet(name + "_config");
            if (start.is(name) && !isSet) {
                warnings.add(
                        "init_lora_weights is "
                                + name
                                + " but "
                                + name
                                + "_config is not set. Its defaults are used.");
            } else if (isSet && !start.is(name)) {
                warnings.add(ignored(name, start));
            }
        }
        if (given.isSet("alora_invocation_tokens")
                && !Objects.equals(common.taskType(), TaskType.CAUSAL_LM)) {
            warnings.add(
                    "alora_invocation_tokens is set but task_type is "
                            + common.taskType()
                            + "; aLoRA works for CAUSAL_LM only.");
        }
        boolean patterns = !scaling.rankPattern().isEmpty() || !scaling.alphaPattern().isEmpty();
        if (scaling.useRslora() && patterns && start.changesBase()) {
            warnings.add(
                    "use_rslora with rank_pattern or alpha_pattern and init_lora_weights "
                            + start
                            + ": such an adapter cannot be converted to plain LoRA later.");
        }
        return warnings.build();
    }

    private static String ignored(String name, InitLoraWeights start) {
        return name
                + "_config is set but ignored, because init_lora_weights is "
                + start
                + ", not "
                + name
                + ".";
    }

    /** The options, sorted, that are set to something that this version cannot run. */
    static ImmutableList<String> notYetSupported(InitLoraWeights start, LoraVariants variants) {
        ImmutableList.Builder<String> names = ImmutableList.builder();
        if (variants.isSet("alora_invocation_tokens")) {
            names.add("alora_invocation_tokens");
        }
        for (String name : UNSUPPORTED_WHEN_SET) {
            if (variants.isTruthy(name)) {
                names.add(name);
            }
        }
        if (start.isPissa() || UNSUPPORTED_STARTS.stream().anyMatch(start::is)) {
            names.add("init_lora_weights=" + start);
        }
        return ImmutableList.sortedCopyOf(names.build());
    }
}
