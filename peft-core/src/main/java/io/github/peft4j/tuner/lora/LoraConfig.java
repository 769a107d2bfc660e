package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.target.NamePatterns;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The config of LoRA: every field that PEFT 0.21 has, under its name in camel case. Composed of
 * parts inside, flat in JSON, builder and accessors.
 *
 * <p>What this version cannot run can still be read and written; see {@link #notYetSupported}.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param scaling rank and strength
 * @param layer what happens in each layer besides the product of A and B
 * @param variants the options of variants and special initialisers
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>
 */
public record LoraConfig(
        CommonFields common,
        TargetModules targets,
        LoraScaling scaling,
        LoraLayerOptions layer,
        LoraVariants variants)
        implements LoraVariantFields {

    private static final Logger LOG = LoggerFactory.getLogger(LoraConfig.class);

    /**
     * Checks what the parts mean for each other.
     *
     * @throws IllegalArgumentException if two options contradict each other
     */
    public LoraConfig {
        targets.refuseLayersWithRegex();
        targets.refusePatternWithoutLayers();
        LoraRules.check(layer, variants);
        variants = LoraRules.resolve(layer.initLoraWeights(), variants);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder().lora(this).optRankPattern(scaling.rankPattern());
    }

    @Override
    public PeftType peftType() {
        return PeftType.LORA;
    }

    @Override
    public LoraConfig withCommon(CommonFields value) {
        return new LoraConfig(value, targets, scaling, layer, variants);
    }

    @Override
    public LoraConfig withTargets(TargetModules value) {
        return new LoraConfig(common, value, scaling, layer, variants);
    }

    /** Rank r: rows of A, columns of B. Default 8. */
    public int r() {
        return scaling.r();
    }

    /** Strength alpha. Default 8. */
    public double loraAlpha() {
        return scaling.loraAlpha().doubleValue();
    }

    /** Whether the scale is alpha/√r instead of alpha/r. Default false. */
    public boolean useRslora() {
        return scaling.useRslora();
    }

    /** Ranks of layers by regular expression, in order; see {@link #ranks}. Default none. */
    public Map<String, Integer> rankPattern() {
        return scaling.rankPattern();
    }

    /** Alphas of layers by regular expression, in order; see {@link #alphas}. Default none. */
    public Map<String, Number> alphaPattern() {
        return scaling.alphaPattern();
    }

    /** Probability p in [0, 1) that an input feature is dropped in training. Default 0. */
    public double loraDropout() {
        return layer.loraDropout().doubleValue();
    }

    /** Whether the base weight is stored as [in, out]. Default false. */
    public boolean fanInFanOut() {
        return layer.fanInFanOut();
    }

    /** Which biases of the base are trained along. Default none. */
    public LoraBias bias() {
        return layer.bias();
    }

    /** Whether B has a bias of its own, zero at the start. Default false. */
    public boolean loraBias() {
        return layer.loraBias();
    }

    /** How A and B start. Default true. */
    public InitLoraWeights initLoraWeights() {
        return layer.initLoraWeights();
    }

    /** The exceptions to {@link #r}, ready to look up by a layer's name. */
    public NamePatterns<Integer> ranks() {
        return NamePatterns.compile("rank_pattern", scaling.rankPattern());
    }

    /** The exceptions to {@link #loraAlpha}, ready to look up by a layer's name. */
    public NamePatterns<Number> alphas() {
        return NamePatterns.compile("alpha_pattern", scaling.alphaPattern());
    }

    /**
     * The options that are set to something this version cannot run, sorted; empty if the config
     * can be used. The tuner refuses these when it attaches.
     */
    public List<String> notYetSupported() {
        return LoraRules.notYetSupported(initLoraWeights(), variants);
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>(variants.values());
        json.put("peft_type", peftType().name());
        common.putInto(json);
        targets.putInto(json);
        scaling.putInto(json);
        layer.putInto(json);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link LoraConfig}; every option has PEFT's default. */
    public static final class Builder extends LoraConfigBuilder<Builder> {

        private static final JsonType<Map<String, Integer>> RANKS =
                JsonType.INTEGER.values("an object of integers");

        private Map<String, Integer> rankPattern = LoraScaling.DEFAULT.rankPattern();

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static LoraConfig read(ConfigReader json) {
            return new Builder().overlay(json).build(json::warn);
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.readNullable(
                    "rank_pattern",
                    RANKS,
                    ranks -> optRankPattern(ranks == null ? ImmutableMap.of() : ranks));
            return super.overlay(json);
        }

        /** Ranks of layers by regular expression for the end of the name. Default: none. */
        public Builder optRankPattern(Map<String, Integer> value) {
            rankPattern = value;
            return this;
        }

        /**
         * Builds the config and logs options without effect.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public LoraConfig build() {
            return build(LOG::warn);
        }

        /**
         * Builds the config.
         *
         * @param warn takes a warning for each option without effect
         * @throws IllegalArgumentException if an option is wrong
         */
        public LoraConfig build(Consumer<String> warn) {
            return lora(rankPattern, warn);
        }
    }
}
