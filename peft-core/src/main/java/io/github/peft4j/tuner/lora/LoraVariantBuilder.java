package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.TargetedConfigBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The options of LoRA's variants and special initialisers. All can be set, read and written; {@link
 * LoraConfig#notYetSupported} tells which this version cannot run.
 *
 * @param <B> the concrete builder, returned by each method
 */
public abstract class LoraVariantBuilder<B extends LoraVariantBuilder<B>>
        extends TargetedConfigBuilder<B> {

    private LoraVariants variants = LoraVariants.DEFAULT;

    LoraVariantBuilder() {}

    final LoraVariants variants() {
        return variants;
    }

    final B variants(LoraVariants value) {
        variants = value;
        return self();
    }

    private B set(String key, @Nullable Object value) {
        return variants(variants.with(key, value));
    }

    @Override
    protected B overlay(ConfigReader json) {
        for (String key : LoraVariants.keys()) {
            json.readRaw(key, value -> set(key, value));
        }
        return super.overlay(json);
    }

    /** Settings of Megatron's parallel layers. Default null. */
    public B optMegatronConfig(@Nullable Map<String, ?> value) {
        return set("megatron_config", value);
    }

    /** The Python module of Megatron. Default {@code megatron.core}. */
    public B optMegatronCore(@Nullable String value) {
        return set("megatron_core", value);
    }

    /** Ids of tokens whose rows of the input embedding are trained. Default: none. */
    public B optTrainableTokenIndices(int... tokens) {
        return set("trainable_token_indices", Ints.asList(tokens));
    }

    /** Ids of trained tokens by the name of their embedding. Default: none. */
    public B optTrainableTokenIndices(Map<String, List<Integer>> tokens) {
        return set("trainable_token_indices", tokens);
    }

    /** Settings of LoftQ: {@code loftq_bits}, {@code loftq_iter}. Default: empty. */
    public B optLoftqConfig(Map<String, ?> value) {
        return set("loftq_config", value);
    }

    /** Settings of the EVA start: {@code rho}, {@code tau}, ... Default null. */
    public B optEvaConfig(@Nullable Map<String, ?> value) {
        return set("eva_config", value);
    }

    /** Settings of the CorDA start: {@code corda_method}, ... Default null. */
    public B optCordaConfig(@Nullable Map<String, ?> value) {
        return set("corda_config", value);
    }

    /** Settings of the LoRA-GA start: {@code direction}, {@code scale}, ... Default null. */
    public B optLoraGaConfig(@Nullable Map<String, ?> value) {
        return set("lora_ga_config", value);
    }

    /** Whether a magnitude per output feature is trained apart (DoRA). Default false. */
    public B optUseDora(boolean value) {
        return set("use_dora", value);
    }

    /** Settings of VeLoRA: {@code num_groups}, {@code scale}, {@code init_type}. Default null. */
    public B optVeloraConfig(@Nullable Map<String, ?> value) {
        return set("velora_config", value);
    }

    /** Tokens after which the adapter acts (activated LoRA). Default null: always. */
    public B optAloraInvocationTokens(int... tokens) {
        return set("alora_invocation_tokens", Ints.asList(tokens));
    }

    /** Whether inputs are pooled in groups for quantised layers (QA-LoRA). Default false. */
    public B optUseQalora(boolean value) {
        return set("use_qalora", value);
    }

    /** Features a group of QA-LoRA. Default 16. */
    public B optQaloraGroupSize(int value) {
        return set("qalora_group_size", value);
    }

    /** Settings of MonteCLoRA: {@code num_samples}, ... Default null. */
    public B optMontecloraConfig(@Nullable Map<String, ?> value) {
        return set("monteclora_config", value);
    }

    /** Ranges [first, after the last] of layers that make up a deeper model. Default null. */
    public B optLayerReplication(@Nullable List<List<Integer>> ranges) {
        return set("layer_replication", ranges);
    }

    /** Names, or ends of names, of bare parameters to adapt. Default null. */
    public B optTargetParameters(String... names) {
        return set("target_parameters", ImmutableList.copyOf(names));
    }

    /** Settings of block-diagonal LoRA: {@code nblocks}, ... Default null. */
    public B optUseBdlora(@Nullable Map<String, ?> value) {
        return set("use_bdlora", value);
    }

    /** Settings of Arrow routing: {@code top_k}, ... Default null. */
    public B optArrowConfig(@Nullable Map<String, ?> value) {
        return set("arrow_config", value);
    }

    /** Settings of KaSA: {@code beta}, {@code gamma}. Default null. */
    public B optKasaConfig(@Nullable Map<String, ?> value) {
        return set("kasa_config", value);
    }

    /** Whether adapters of layers with tied weights are tied too. Default false. */
    public B optEnsureWeightTying(boolean value) {
        return set("ensure_weight_tying", value);
    }
}
