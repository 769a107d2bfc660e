package io.github.peft4j.tuner.lycoris;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.TargetedConfigBuilder;
import io.github.peft4j.json.JsonType;
import java.util.Map;

/**
 * The options that the methods of LyCORIS share. Checks nothing; the configs do.
 *
 * @param <B> the concrete builder, returned by each method
 */
public abstract class LycorisConfigBuilder<B extends LycorisConfigBuilder<B>>
        extends TargetedConfigBuilder<B> {

    private static final JsonType<Map<String, Integer>> RANKS =
            JsonType.INTEGER.values("an object of integers");
    private static final JsonType<Map<String, Number>> ALPHAS =
            JsonType.NUMBER.values("an object of numbers");

    private int r = LycorisScaling.DEFAULT.r();
    private Number alpha = LycorisScaling.DEFAULT.alpha();
    private Map<String, Integer> rankPattern = LycorisScaling.DEFAULT.rankPattern();
    private Map<String, Number> alphaPattern = LycorisScaling.DEFAULT.alphaPattern();
    private Number rankDropout = LycorisDropout.NONE.rank();
    private Number moduleDropout = LycorisDropout.NONE.module();
    private boolean useEffectiveConv2d;

    /** For the builders of the methods. */
    protected LycorisConfigBuilder() {}

    /** Rank and strength as set so far. */
    protected LycorisScaling scaling() {
        return new LycorisScaling(r, alpha, rankPattern, alphaPattern);
    }

    /** Dropout as set so far. */
    protected LycorisDropout dropout() {
        return new LycorisDropout(rankDropout, moduleDropout);
    }

    /** Whether kernels get factors of their own, as set so far. */
    protected boolean useEffectiveConv2d() {
        return useEffectiveConv2d;
    }

    @Override
    protected B overlay(ConfigReader json) {
        json.read("r", JsonType.INTEGER, this::optR);
        json.read("alpha", JsonType.NUMBER, this::alpha);
        json.readNullable(
                "rank_pattern",
                RANKS,
                ranks -> optRankPattern(ranks == null ? ImmutableMap.of() : ranks));
        json.readNullable(
                "alpha_pattern",
                ALPHAS,
                alphas -> optAlphaPattern(alphas == null ? ImmutableMap.of() : alphas));
        json.read("rank_dropout", JsonType.NUMBER, this::rankDropout);
        json.read("module_dropout", JsonType.NUMBER, this::moduleDropout);
        json.read("use_effective_conv2d", JsonType.FLAG, this::optUseEffectiveConv2d);
        return super.overlay(json);
    }

    /** Rank and strength at once. */
    public B optScaling(LycorisScaling value) {
        r = value.r();
        alpha = value.alpha();
        rankPattern = value.rankPattern();
        alphaPattern = value.alphaPattern();
        return self();
    }

    /** Both kinds of dropout at once. */
    public B optDropout(LycorisDropout value) {
        rankDropout = value.rank();
        moduleDropout = value.module();
        return self();
    }

    /** Rank r; at least 1. Default 8. */
    public B optR(int value) {
        r = value;
        return self();
    }

    /** Strength; what is added is scaled by alpha/r. Default 8. */
    public B optAlpha(int value) {
        return alpha(value);
    }

    /** The same with a fraction. */
    public B optAlpha(double value) {
        return alpha(value);
    }

    private B alpha(Number value) {
        alpha = value;
        return self();
    }

    /** Ranks of layers by regular expression for the end of the name. Default: none. */
    public B optRankPattern(Map<String, Integer> value) {
        rankPattern = value;
        return self();
    }

    /** Alphas of layers by regular expression for the end of the name. Default: none. */
    public B optAlphaPattern(Map<String, ? extends Number> value) {
        alphaPattern = ImmutableMap.copyOf(value);
        return self();
    }

    /** Probability that an output goes without the adapter, in [0, 1). Default 0. */
    public B optRankDropout(double value) {
        return rankDropout(value);
    }

    private B rankDropout(Number value) {
        rankDropout = value;
        return self();
    }

    /** Probability that a layer goes without the adapter in a pass, in [0, 1). Default 0. */
    public B optModuleDropout(double value) {
        return moduleDropout(value);
    }

    private B moduleDropout(Number value) {
        moduleDropout = value;
        return self();
    }

    /**
     * Whether a convolution's kernel has factors of its own (Tucker form), for which fewer numbers
     * are enough. Default false.
     */
    public B optUseEffectiveConv2d(boolean value) {
        useEffectiveConv2d = value;
        return self();
    }
}
