package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasFanInFanOut;
import io.github.peft4j.config.group.HasRank;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.tuner.lora.option.ArrowConfig;
import io.github.peft4j.tuner.lora.option.BdLoraConfig;
import io.github.peft4j.tuner.lora.option.KasaConfig;
import io.github.peft4j.tuner.lora.option.MontecloraConfig;
import io.github.peft4j.tuner.lora.option.VeloraConfig;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import io.github.peft4j.tuner.trainabletokens.TokenIndices;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the config of LoRA or of a method built on it.
 *
 * @param <C> the config
 * @param <B> the concrete builder, returned by each setter
 */
public abstract class LoraBasedConfigBuilder<
                C extends LoraBasedConfig, B extends LoraBasedConfigBuilder<C, B>>
        extends LayerConfigBuilder<C, B>
        implements HasRank.Setters<B>, HasBias.Setters<B>, HasFanInFanOut.Setters<B> {

    /** For LoRA and the methods built on it. */
    protected LoraBasedConfigBuilder(ConfigType<C> type) {
        super(type);
    }

    /** Strength alpha; the adapter's output is scaled by alpha/r. Default 8. */
    public final B optLoraAlpha(int value) {
        return set(LoraOptions.LORA_ALPHA, value);
    }

    /** The same with a fraction. */
    public final B optLoraAlpha(double value) {
        return set(LoraOptions.LORA_ALPHA, value);
    }

    /** Whether the scale is alpha/√r, which suits large ranks. Default false. */
    public final B optUseRslora(boolean value) {
        return set(LoraOptions.USE_RSLORA, value);
    }

    /** Alphas of layers by regular expression for the end of the name. Default: none. */
    public final B optAlphaPattern(Map<String, ? extends Number> value) {
        return setNumbers(LoraOptions.ALPHA_PATTERN, value);
    }

    /** Probability p that an input feature of the adapter is dropped, in [0, 1). Default 0. */
    public final B optLoraDropout(double value) {
        return set(LoraOptions.LORA_DROPOUT, value);
    }

    /** Whether B has a bias of its own. Default false. */
    public final B optLoraBias(boolean value) {
        return set(LoraOptions.LORA_BIAS, value);
    }

    /**
     * Whether a magnitude per output feature is trained apart from the direction (DoRA). Default
     * false. Takes no {@code lora_bias}, and no other variant of LoRA.
     */
    public final B optUseDora(boolean value) {
        return set(LoraOptions.USE_DORA, value);
    }

    /** Makes A or B of some layers block-diagonal (BD-LoRA). Default: none. */
    public final B optUseBdlora(BdLoraConfig value) {
        return set(BdLoraConfig.OPTION, value.toMap());
    }

    /**
     * Leaves out the smallest singular parts of each weight and trains a diagonal between A and B
     * (KaSA). Default: not.
     */
    public final B optKasaConfig(KasaConfig value) {
        return set(KasaConfig.OPTION, value.toMap());
    }

    /** Routes each token to other adapters of the model (Arrow). Default: no routing. */
    public final B optArrowConfig(ArrowConfig value) {
        return set(ArrowConfig.OPTION, value.toMap());
    }

    /** Keeps a small part of A's input for the backward pass (VeLoRA). Default: all of it. */
    public final B optVeloraConfig(VeloraConfig value) {
        return set(VeloraConfig.OPTION, value.toMap());
    }

    /** Trains with noise on A, whose size is learned (MonteCLoRA). Default: none. */
    public final B optMontecloraConfig(MontecloraConfig value) {
        return set(MontecloraConfig.OPTION, value.toMap());
    }

    /** How A and B start. Default true: A uniform, B zero. */
    public final B optInitLoraWeights(InitLoraWeights value) {
        return set(LoraOptions.INIT_LORA_WEIGHTS, value);
    }

    /** True: A uniform, B zero; false: both random. Default true. */
    public final B optInitLoraWeights(boolean value) {
        return optInitLoraWeights(new InitLoraWeights(value));
    }

    /** A start given in code, such as {@link LoraInitializer#normal}; it is not saved. */
    public final B optInitLoraWeights(LoraInitializer value) {
        return optInitLoraWeights(InitLoraWeights.custom(value));
    }

    /** A start by its name, such as {@code gaussian}. Default true. */
    public final B optInitLoraWeights(String name) {
        return optInitLoraWeights(InitLoraWeights.of(name));
    }

    /** Ids of tokens whose rows of the token embedding are trained along. Default: none. */
    public final B optTrainableTokenIndices(int... ids) {
        return set(LoraOptions.TRAINABLE_TOKEN_INDICES, TokenIndices.of(Ints.asList(ids)));
    }

    /** The same by the end of the name of a layer, such as {@code word_embeddings}. */
    public final B optTrainableTokenIndices(Map<String, List<Integer>> idsByName) {
        return set(LoraOptions.TRAINABLE_TOKEN_INDICES, new TokenIndices(idsByName));
    }

    /** Whether layers that share one table keep one adapter, or one trained copy. Default false. */
    public final B optEnsureWeightTying(boolean value) {
        return set(LoraOptions.ENSURE_WEIGHT_TYING, value);
    }

    /**
     * Names, or ends of names, of bare parameters to adapt, such as {@code experts.down_proj}.
     * Default: none.
     */
    public final B optTargetParameters(String... names) {
        return set(LoraOptions.TARGET_PARAMETERS, ImmutableList.copyOf(names));
    }

    /**
     * Ranges of the base's layers, [first, behind the last], one after the other: {@code [[0, 4],
     * [2, 5]]} gives the layers 0, 1, 2, 3, 2, 3, 4. Default: the layers as they are.
     */
    public final B optLayerReplication(List<List<Integer>> ranges) {
        return set(LoraOptions.LAYER_REPLICATION, ranges);
    }

    /** Ids of tokens from which on the adapter acts (activated LoRA). Default: it always acts. */
    public final B optAloraInvocationTokens(int... ids) {
        return set(LoraOptions.ALORA_INVOCATION_TOKENS, Ints.asList(ids));
    }

    /** Settings of the EVA start, such as {@code rho} and {@code tau}. Default: PEFT's. */
    public final B optEvaConfig(Map<String, ?> value) {
        return setNested(LoraOptions.EVA_CONFIG, value);
    }

    /** Settings of the CorDA start, such as {@code corda_method}. Default: PEFT's. */
    public final B optCordaConfig(Map<String, ?> value) {
        return setNested(LoraOptions.CORDA_CONFIG, value);
    }

    /** Settings of the LoRA-GA start, such as {@code direction}. Default: PEFT's. */
    public final B optLoraGaConfig(Map<String, ?> value) {
        return setNested(LoraOptions.LORA_GA_CONFIG, value);
    }

    private B setNested(Option<Map<String, @Nullable Object>> option, Map<String, ?> value) {
        return set(option, option.read(value));
    }
}
