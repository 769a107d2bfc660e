package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.json.JsonType;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The options of LoRA proper. Checks nothing; the config does.
 *
 * @param <B> the concrete builder, returned by each method
 */
public abstract class LoraConfigBuilder<B extends LoraConfigBuilder<B>>
        extends LoraVariantBuilder<B> {

    private static final JsonType<Map<String, Number>> ALPHAS =
            JsonType.NUMBER.values("an object of numbers");
    private static final JsonType<InitLoraWeights> START =
            JsonType.FLAG.map(InitLoraWeights::new).or(JsonType.STRING.map(InitLoraWeights::of));

    private int r = LoraScaling.DEFAULT.r();
    private Number loraAlpha = LoraScaling.DEFAULT.loraAlpha();
    private boolean useRslora = LoraScaling.DEFAULT.useRslora();
    private Map<String, Number> alphaPattern = LoraScaling.DEFAULT.alphaPattern();
    private Number loraDropout = LoraLayerOptions.DEFAULT.loraDropout();
    private boolean fanInFanOut = LoraLayerOptions.DEFAULT.fanInFanOut();
    private LoraBias bias = LoraLayerOptions.DEFAULT.bias();
    private boolean loraBias = LoraLayerOptions.DEFAULT.loraBias();
    private InitLoraWeights initLoraWeights = LoraLayerOptions.DEFAULT.initLoraWeights();

    /** For LoRA, and for methods whose configs have its options too. */
    protected LoraConfigBuilder() {}

    /**
     * The options of LoRA as set so far.
     *
     * @param rankPattern ranks of layers by regular expression
     * @param warn takes a warning for each option without effect
     * @throws IllegalArgumentException if an option is wrong
     */
    protected final LoraConfig lora(Map<String, Integer> rankPattern, Consumer<String> warn) {
        LoraScaling scaling = new LoraScaling(r, loraAlpha, useRslora, rankPattern, alphaPattern);
        LoraLayerOptions layer =
                new LoraLayerOptions(loraDropout, fanInFanOut, bias, loraBias, initLoraWeights);
        LoraConfig config = new LoraConfig(common(), targets(), scaling, layer, variants());
        LoraRules.warnings(common(), scaling, config.initLoraWeights(), variants()).forEach(warn);
        return config;
    }

    /** Sets all options of LoRA but the exceptions to its rank. */
    protected final B lora(LoraConfig value) {
        r = value.scaling().r();
        loraAlpha = value.scaling().loraAlpha();
        useRslora = value.scaling().useRslora();
        alphaPattern = value.scaling().alphaPattern();
        return layer(value.layer())
                .optCommon(value.common())
                .optTargets(value.targets())
                .variants(value.variants());
    }

    private B layer(LoraLayerOptions value) {
        loraDropout = value.loraDropout();
        fanInFanOut = value.fanInFanOut();
        bias = value.bias();
        loraBias = value.loraBias();
        initLoraWeights = value.initLoraWeights();
        return self();
    }

    @Override
    protected B overlay(ConfigReader json) {
        json.read("r", JsonType.INTEGER, this::optR);
        json.read("lora_alpha", JsonType.NUMBER, this::optLoraAlpha);
        json.read("use_rslora", JsonType.FLAG, this::optUseRslora);
        json.readNullable(
                "alpha_pattern",
                ALPHAS,
                alphas -> optAlphaPattern(alphas == null ? ImmutableMap.of() : alphas));
        json.read("lora_dropout", JsonType.NUMBER, this::optLoraDropout);
        json.read("fan_in_fan_out", JsonType.FLAG, this::optFanInFanOut);
        json.read("bias", JsonType.STRING, name -> optBias(LoraBias.of(name)));
        json.read("lora_bias", JsonType.FLAG, this::optLoraBias);
        json.read("init_lora_weights", START, this::optInitLoraWeights);
        return super.overlay(json);
    }

    /** Rank r, the number of rows of A; at least 1. Default 8. */
    public B optR(int value) {
        r = value;
        return self();
    }

    /** Strength alpha; the adapter's output is scaled by alpha/r. Default 8. */
    public B optLoraAlpha(int value) {
        return optLoraAlpha((Number) value);
    }

    /** The same with a fraction. */
    public B optLoraAlpha(double value) {
        return optLoraAlpha((Number) value);
    }

    private B optLoraAlpha(Number value) {
        loraAlpha = value;
        return self();
    }

    /** Whether the scale is alpha/√r, which suits large ranks. Default false. */
    public B optUseRslora(boolean value) {
        useRslora = value;
        return self();
    }

    /** Alphas of layers by regular expression for the end of the name. Default: none. */
    public B optAlphaPattern(Map<String, ? extends Number> value) {
        alphaPattern = ImmutableMap.copyOf(value);
        return self();
    }

    /** Probability p that an input feature of the adapter is dropped, in [0, 1). Default 0. */
    public B optLoraDropout(double value) {
        return optLoraDropout((Number) value);
    }

    private B optLoraDropout(Number value) {
        loraDropout = value;
        return self();
    }

    /** Whether the base weight is stored as [in, out]. Default false. */
    public B optFanInFanOut(boolean value) {
        fanInFanOut = value;
        return self();
    }

    /** Which biases of the base are trained along. Default none. */
    public B optBias(LoraBias value) {
        bias = value;
        return self();
    }

    /** Whether B has a bias of its own. Default false. */
    public B optLoraBias(boolean value) {
        loraBias = value;
        return self();
    }

    /** How A and B start. Default true: A uniform, B zero. */
    public B optInitLoraWeights(InitLoraWeights value) {
        initLoraWeights = value;
        return self();
    }

    /** True: A uniform, B zero; false: both random. Default true. */
    public B optInitLoraWeights(boolean value) {
        return optInitLoraWeights(new InitLoraWeights(value));
    }

    /** A start given in code, such as {@link LoraInitializer#normal}; it is not saved. */
    public B optInitLoraWeights(LoraInitializer value) {
        return optInitLoraWeights(InitLoraWeights.custom(value));
    }

    /** A start by its name, such as {@code gaussian}. Default true. */
    public B optInitLoraWeights(String name) {
        return optInitLoraWeights(InitLoraWeights.of(name));
    }
}
