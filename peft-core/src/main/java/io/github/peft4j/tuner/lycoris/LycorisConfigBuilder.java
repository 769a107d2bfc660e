package io.github.peft4j.tuner.lycoris;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.group.HasRankPattern;
import java.util.Map;

/**
 * The options that the methods of LyCORIS share.
 *
 * @param <C> the config
 * @param <B> the concrete builder, returned by each setter
 */
public abstract class LycorisConfigBuilder<
                C extends LycorisConfig, B extends LycorisConfigBuilder<C, B>>
        extends LayerConfigBuilder<C, B> implements HasRankPattern.Setters<B> {

    /** For the builders of the methods. */
    protected LycorisConfigBuilder(ConfigType<C> type) {
        super(type);
    }

    /** Strength; what is added is scaled by alpha/r. Default 8. */
    public final B optAlpha(int value) {
        return set(LycorisConfig.ALPHA, value);
    }

    /** The same with a fraction. */
    public final B optAlpha(double value) {
        return set(LycorisConfig.ALPHA, value);
    }

    /** Alphas of layers by regular expression for the end of the name. Default: none. */
    public final B optAlphaPattern(Map<String, ? extends Number> value) {
        return setNumbers(LycorisConfig.ALPHA_PATTERN, value);
    }

    /** Probability that an output goes without the adapter, in [0, 1). Default 0. */
    public final B optRankDropout(double value) {
        return set(LycorisConfig.RANK_DROPOUT, value);
    }

    /** Probability that a layer goes without the adapter in a pass, in [0, 1). Default 0. */
    public final B optModuleDropout(double value) {
        return set(LycorisConfig.MODULE_DROPOUT, value);
    }

    /**
     * Whether a convolution's kernel has factors of its own (Tucker form), for which fewer numbers
     * are enough. Default false.
     */
    public final B optUseEffectiveConv2d(boolean value) {
        return set(LycorisConfig.USE_EFFECTIVE_CONV2D, value);
    }
}
