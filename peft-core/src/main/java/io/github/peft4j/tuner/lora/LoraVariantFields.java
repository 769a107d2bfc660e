package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.json.JsonType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Named access to the options of LoRA's variants and special initialisers. */
public interface LoraVariantFields extends TargetedConfig {

    /** The options as JSON values. */
    LoraVariants variants();

    /** Whether a magnitude per output feature is trained apart (DoRA). Default false. */
    default boolean useDora() {
        return variants().flag("use_dora");
    }

    /** Whether inputs are pooled in groups for quantised layers (QA-LoRA). Default false. */
    default boolean useQalora() {
        return variants().flag("use_qalora");
    }

    /** Whether adapters of layers with tied weights are tied too. Default false. */
    default boolean ensureWeightTying() {
        return variants().flag("ensure_weight_tying");
    }

    /** Settings of Megatron's parallel layers, if set. */
    default Optional<Map<String, @Nullable Object>> megatronConfig() {
        return variants().object("megatron_config");
    }

    /** Settings of the EVA start, if set. */
    default Optional<Map<String, @Nullable Object>> evaConfig() {
        return variants().object("eva_config");
    }

    /** Settings of the CorDA start, if set. */
    default Optional<Map<String, @Nullable Object>> cordaConfig() {
        return variants().object("corda_config");
    }

    /** Settings of the LoRA-GA start, if set. */
    default Optional<Map<String, @Nullable Object>> loraGaConfig() {
        return variants().object("lora_ga_config");
    }

    /** Settings of VeLoRA, if set. */
    default Optional<Map<String, @Nullable Object>> veloraConfig() {
        return variants().object("velora_config");
    }

    /** Settings of MonteCLoRA, if set. */
    default Optional<Map<String, @Nullable Object>> montecloraConfig() {
        return variants().object("monteclora_config");
    }

    /** Settings of block-diagonal LoRA, if set. */
    default Optional<Map<String, @Nullable Object>> useBdlora() {
        return variants().object("use_bdlora");
    }

    /** Settings of Arrow routing, if set. */
    default Optional<Map<String, @Nullable Object>> arrowConfig() {
        return variants().object("arrow_config");
    }

    /** Settings of KaSA, if set. */
    default Optional<Map<String, @Nullable Object>> kasaConfig() {
        return variants().object("kasa_config");
    }

    /** Settings of LoftQ; empty unless that is the start. */
    default Map<String, @Nullable Object> loftqConfig() {
        return variants().object("loftq_config").orElse(ImmutableMap.of());
    }

    /** The Python module of Megatron. Default {@code megatron.core}. */
    default Optional<String> megatronCore() {
        return variants().get("megatron_core", JsonType.STRING);
    }

    /** Ids of tokens of the input embedding that are trained, if given as a list. */
    default Optional<List<Integer>> trainableTokenIndices() {
        return variants().find("trainable_token_indices", JsonType.INTEGERS);
    }

    /** Ids of trained tokens by the name of their embedding, if given as an object. */
    default Optional<Map<String, List<Integer>>> trainableTokenIndicesByLayer() {
        return variants().find("trainable_token_indices", LoraVariants.TOKENS_BY_LAYER);
    }

    /** Tokens after which the adapter acts (activated LoRA), if set. */
    default Optional<List<Integer>> aloraInvocationTokens() {
        return variants().get("alora_invocation_tokens", JsonType.INTEGERS);
    }

    /** Features a group of QA-LoRA. Default 16. */
    default int qaloraGroupSize() {
        return variants().get("qalora_group_size", JsonType.INTEGER).orElseThrow();
    }

    /** Ranges [first, after the last] of layers that make up a deeper model, if set. */
    default Optional<List<List<Integer>>> layerReplication() {
        return variants().get("layer_replication", LoraVariants.RANGES);
    }

    /** Names, or ends of names, of bare parameters to adapt, if set. */
    default Optional<List<String>> targetParameters() {
        return variants().get("target_parameters", JsonType.STRINGS);
    }
}
