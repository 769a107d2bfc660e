package io.github.peft4j.tuner.lycoris;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasRankPattern;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The config of a method of LyCORIS: rank, strength and dropout of layers. */
public abstract class LycorisConfig extends LayerConfig implements HasRankPattern {

    static final Option<Integer> R = Options.rank(8).means("rank of the factors");
    static final Option<Number> ALPHA =
            Options.finite("alpha", 8).means("strength: what is added is scaled by alpha / r");
    static final Option<Map<String, Number>> ALPHA_PATTERN =
            Options.finites("alpha_pattern").means("alphas of single layers, in the same way");
    static final Option<Number> RANK_DROPOUT =
            Option.dropout("rank_dropout", 0.0)
                    .means("probability that an output goes without the adapter in training");
    static final Option<Number> MODULE_DROPOUT =
            Option.dropout("module_dropout", 0.0)
                    .means("probability that a layer goes without the adapter in a training pass");
    static final Option<Boolean> USE_EFFECTIVE_CONV2D =
            Option.flag("use_effective_conv2d", false)
                    .means("whether a convolution's kernel has factors of its own (Tucker form)");

    private static final List<Option<?>> OPTIONS =
            ImmutableList.of(
                    R,
                    ALPHA,
                    Options.RANK_PATTERN,
                    ALPHA_PATTERN,
                    RANK_DROPOUT,
                    MODULE_DROPOUT,
                    USE_EFFECTIVE_CONV2D);

    /** For the configs of the methods. */
    protected LycorisConfig(ConfigType<?> type, OptionValues values) {
        super(type, values);
    }

    /** A table with the options that the methods of LyCORIS share. */
    protected static <C extends LycorisConfig> ConfigType<C> lycoris(
            String peftType, Class<C> configClass, Function<OptionValues, C> constructor) {
        return LayerConfig.type(peftType, configClass, constructor)
                .with(OPTIONS)
                .rule(LayerConfig::refusePatternWithoutLayers);
    }

    /** Strength; what is added is scaled by alpha/r. */
    public final double alpha() {
        return get(ALPHA).doubleValue();
    }

    /** Alphas of single layers by regular expression; the first match wins. */
    public final Map<String, Number> alphaPattern() {
        return get(ALPHA_PATTERN);
    }

    /** Probability that an output goes without the adapter in training. */
    public final double rankDropout() {
        return get(RANK_DROPOUT).doubleValue();
    }

    /** Probability that a layer goes without the adapter in a training pass. */
    public final double moduleDropout() {
        return get(MODULE_DROPOUT).doubleValue();
    }

    /** Whether a convolution's kernel has factors of its own. */
    public final boolean useEffectiveConv2d() {
        return get(USE_EFFECTIVE_CONV2D);
    }
}
