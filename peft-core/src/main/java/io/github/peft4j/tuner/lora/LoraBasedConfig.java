package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasFanInFanOut;
import io.github.peft4j.config.group.HasRank;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.tuner.NewAdapter;
import io.github.peft4j.tuner.lora.option.ArrowConfig;
import io.github.peft4j.tuner.lora.option.BdLoraConfig;
import io.github.peft4j.tuner.lora.option.KasaConfig;
import io.github.peft4j.tuner.lora.option.MontecloraConfig;
import io.github.peft4j.tuner.lora.option.VeloraConfig;
import io.github.peft4j.tuner.trainabletokens.TokenIndices;
import io.github.peft4j.tuner.trainabletokens.TokensAlong;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The config of LoRA and of methods that have its options too. */
public abstract class LoraBasedConfig extends LayerConfig
        implements HasRank, HasBias, HasFanInFanOut {

    /** For LoRA and the methods built on it. */
    protected LoraBasedConfig(ConfigType<?> type, OptionValues values) {
        super(type, values);
    }

    /** A table with the options of LoRA and their rules. */
    public static <C extends LoraBasedConfig> ConfigType<C> table(
            String peftType, Class<C> configClass, Function<OptionValues, C> constructor) {
        return LoraRules.addTo(LayerConfig.type(peftType, configClass, constructor));
    }

    /** Options of LoRA that the methods built on it keep in files and do not run. */
    protected static List<Option<?>> optionsOfLoraAlone() {
        return LoraOptions.OF_LORA_ALONE;
    }

    /** Strength alpha. */
    public final double loraAlpha() {
        return get(LoraOptions.LORA_ALPHA).doubleValue();
    }

    /** Whether the scale is alpha/√r instead of alpha/r. */
    public final boolean useRslora() {
        return get(LoraOptions.USE_RSLORA);
    }

    /** Alphas of layers by regular expression, in order; see {@link #alphas}. */
    public final Map<String, Number> alphaPattern() {
        return get(LoraOptions.ALPHA_PATTERN);
    }

    /** The exceptions to {@link #loraAlpha}, ready to look up by a layer's name. */
    public final NamePatterns<Number> alphas() {
        return NamePatterns.compile("alpha_pattern", alphaPattern());
    }

    /** Whether single layers have ranks or alphas of their own. */
    public boolean hasPatterns() {
        return !alphaPattern().isEmpty();
    }

    /** Probability p in [0, 1) that an input feature is dropped in training. */
    public final double loraDropout() {
        return get(LoraOptions.LORA_DROPOUT).doubleValue();
    }

    /** Whether B has a bias of its own, zero at the start. */
    public final boolean loraBias() {
        return get(LoraOptions.LORA_BIAS);
    }

    /** How A and B start. */
    public final InitLoraWeights initLoraWeights() {
        return get(LoraOptions.INIT_LORA_WEIGHTS);
    }

    /** Rows of tables that are trained along, if any. */
    public final Optional<TokenIndices> trainableTokenIndices() {
        return find(LoraOptions.TRAINABLE_TOKEN_INDICES);
    }

    /** Ids of the tokens from which on the adapter acts; empty if it always acts. */
    public final List<Integer> aloraInvocationTokens() {
        return find(LoraOptions.ALORA_INVOCATION_TOKENS).orElse(ImmutableList.of());
    }

    /** Ranges of layers, [first, behind the last], that make up a deeper model; usually none. */
    public final List<List<Integer>> layerReplication() {
        return find(LoraOptions.LAYER_REPLICATION).orElse(ImmutableList.of());
    }

    /** Names, or ends of names, of the bare parameters that are adapted; usually none. */
    public final List<String> targetParameters() {
        return find(LoraOptions.TARGET_PARAMETERS).orElse(ImmutableList.of());
    }

    /** Whether layers that share one table keep one adapter, or one trained copy. */
    public final boolean ensureWeightTying() {
        return get(LoraOptions.ENSURE_WEIGHT_TYING);
    }

    /** Where rows of an embedding are trained, its table stays out of the file. */
    @Override
    public final boolean savesEmbeddings() {
        return trainableTokenIndices().isEmpty();
    }

    /** Adds what such a config trains besides the pairs at its layers; returns warnings. */
    public final List<String> addFurther(NewAdapter adapter) {
        return trainableTokenIndices()
                .map(
                        tokens ->
                                new TokensAlong(adapter)
                                        .add(tokens, modulesToSave(), ensureWeightTying()))
                .orElse(ImmutableList.of());
    }

    /** Whether a magnitude per output feature is trained apart (DoRA). */
    public final boolean useDora() {
        return get(LoraOptions.USE_DORA);
    }

    /** The settings of BD-LoRA, if it is asked for. */
    public final Optional<BdLoraConfig> useBdlora() {
        return find(BdLoraConfig.OPTION).map(BdLoraConfig::of);
    }

    /** The settings of KaSA, if it is asked for. */
    public final Optional<KasaConfig> kasaConfig() {
        return find(KasaConfig.OPTION).map(KasaConfig::of);
    }

    /** The settings of Arrow, if it is asked for. */
    public final Optional<ArrowConfig> arrowConfig() {
        return find(ArrowConfig.OPTION).map(ArrowConfig::of);
    }

    /** The settings of VeLoRA, if it is asked for. */
    public final Optional<VeloraConfig> veloraConfig() {
        return find(VeloraConfig.OPTION).map(VeloraConfig::of);
    }

    /** The settings of MonteCLoRA, if it is asked for. */
    public final Optional<MontecloraConfig> montecloraConfig() {
        return find(MontecloraConfig.OPTION).map(MontecloraConfig::of);
    }

    /** The settings of LoftQ, empty unless that is the start. */
    protected final Map<String, ?> loftqConfig() {
        return get(LoraOptions.LOFTQ_CONFIG);
    }

    /** The settings of the EVA start; empty if there are none. */
    public final Map<String, ?> evaConfig() {
        return find(LoraOptions.EVA_CONFIG).orElse(Map.of());
    }

    /** The settings of the CorDA start; empty if there are none. */
    public final Map<String, ?> cordaConfig() {
        return find(LoraOptions.CORDA_CONFIG).orElse(Map.of());
    }

    /** The settings of the LoRA-GA start; empty if there are none. */
    public final Map<String, ?> loraGaConfig() {
        return find(LoraOptions.LORA_GA_CONFIG).orElse(Map.of());
    }

    /**
     * The options, sorted, that are set to something this version cannot run; empty if the config
     * can be used. The tuner refuses these when it attaches.
     */
    public final List<String> notYetSupported() {
        return LoraRules.notYetSupported(this);
    }

    /**
     * Refuses the options of {@link #notYetSupported}.
     *
     * @throws io.github.peft4j.exception.UnsupportedFeatureException naming them
     */
    public final void requireSupported() {
        LoraRules.requireSupported(this);
    }
}
