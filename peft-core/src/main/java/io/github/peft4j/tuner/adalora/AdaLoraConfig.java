package io.github.peft4j.tuner.adalora;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.OptionChecks;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.LoraConfigBuilder;
import io.github.peft4j.tuner.lora.LoraVariantFields;
import io.github.peft4j.tuner.lora.LoraVariants;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The config of AdaLoRA: that of LoRA, whose {@code r} has no meaning here, and a schedule of
 * ranks.
 *
 * @param lora the options of LoRA
 * @param schedule how many ranks are left at which step
 * @param importance how the importance of a number is averaged
 * @param orthRegWeight weight of the term of the loss that keeps A and B near orthogonal; 0 or
 *     more; default 0.5
 * @param ranks which ranks of each layer are left, by the layer's path and {@code .lora_E}; null
 *     before any was taken away
 * @see <a href="https://arxiv.org/abs/2303.10512">Zhang et al. 2023</a>
 */
public record AdaLoraConfig(
        LoraConfig lora,
        RankSchedule schedule,
        ImportanceOptions importance,
        Number orthRegWeight,
        @Nullable Map<String, List<Boolean>> ranks)
        implements LoraVariantFields {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("ADALORA");

    private static final Logger LOG = LoggerFactory.getLogger(AdaLoraConfig.class);

    private static final int LORA_R = LoraConfig.builder().build().r();

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is wrong, or AdaLoRA cannot follow it
     */
    public AdaLoraConfig {
        Preconditions.checkArgument(
                !lora.useDora(), "use_dora is true; ADALORA does not support DoRA. Leave it out.");
        Preconditions.checkArgument(
                lora.loftqConfig().isEmpty(),
                "loftq_config is %s; ADALORA does not support LoftQ. Leave it out.",
                lora.loftqConfig());
        orthRegWeight = OptionChecks.finite("orth_reg_weight", orthRegWeight);
        Preconditions.checkArgument(
                orthRegWeight.doubleValue() >= 0,
                "orth_reg_weight is %s; it must be 0 or more. Pass 0.5, for example.",
                orthRegWeight);
        if (ranks != null) {
            ImmutableMap.Builder<String, List<Boolean>> copy = ImmutableMap.builder();
            ranks.forEach((key, kept) -> copy.put(key, ImmutableList.copyOf(kept)));
            ranks = copy.buildOrThrow();
        }
    }

    /** A builder with PEFT's defaults; the number of steps must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder()
                .take(lora)
                .schedule(schedule)
                .importance(importance)
                .orthRegWeight(orthRegWeight)
                .ranks(ranks);
    }

    /** Which ranks of each layer are left, if any were taken away. */
    public Optional<Map<String, List<Boolean>>> rankPattern() {
        return Optional.ofNullable(ranks);
    }

    @Override
    public CommonFields common() {
        return lora.common();
    }

    @Override
    public TargetModules targets() {
        return lora.targets();
    }

    @Override
    public LoraVariants variants() {
        return lora.variants();
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public AdaLoraConfig withCommon(CommonFields value) {
        return withLora(lora.withCommon(value));
    }

    @Override
    public AdaLoraConfig withTargets(TargetModules value) {
        return withLora(lora.withTargets(value));
    }

    private AdaLoraConfig withLora(LoraConfig value) {
        return new AdaLoraConfig(value, schedule, importance, orthRegWeight, ranks);
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>(lora.toMap());
        json.put("peft_type", TYPE.name());
        schedule.putInto(json);
        importance.putInto(json);
        json.put("orth_reg_weight", orthRegWeight);
        json.put("rank_pattern", ranks);
        return JsonValues.freezeObject(json);
    }

    /** Builds an {@link AdaLoraConfig}; every option but the number of steps has PEFT's default. */
    public static final class Builder extends LoraConfigBuilder<Builder> {

        private static final JsonType<Map<String, List<Boolean>>> RANKS =
                JsonType.FLAG
                        .list("a list of true and false")
                        .values("an object of lists of true and false");

        private int initR = 12;
        private int targetR = 8;
        private int tinit;
        private int tfinal;
        private int deltaT = 1;
        private int totalStep;
        private Number beta1 = ImportanceOptions.DEFAULT.beta1();
        private Number beta2 = ImportanceOptions.DEFAULT.beta2();
        private Number orthRegWeight = 0.5;
        private @Nullable Map<String, List<Boolean>> ranks;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static AdaLoraConfig read(ConfigReader json) {
            return new Builder().overlay(json).build(json::warn);
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("init_r", JsonType.INTEGER, this::optInitR);
            json.read("target_r", JsonType.INTEGER, this::optTargetR);
            json.read("tinit", JsonType.INTEGER, this::optTinit);
            json.read("tfinal", JsonType.INTEGER, this::optTfinal);
            json.read("deltaT", JsonType.INTEGER, this::optDeltaT);
            json.readNullable(
                    "total_step",
                    JsonType.INTEGER,
                    steps -> setTotalStep(steps == null ? 0 : steps));
            json.read("beta1", JsonType.NUMBER, value -> beta1 = value);
            json.read("beta2", JsonType.NUMBER, value -> beta2 = value);
            json.read("orth_reg_weight", JsonType.NUMBER, this::orthRegWeight);
            json.readNullable("rank_pattern", RANKS, this::ranks);
            return super.overlay(json);
        }

        private Builder take(LoraConfig value) {
            return lora(value);
        }

        private Builder schedule(RankSchedule value) {
            initR = value.initR();
            targetR = value.targetR();
            tinit = value.tinit();
            tfinal = value.tfinal();
            deltaT = value.deltaT();
            totalStep = value.totalStep();
            return this;
        }

        private Builder importance(ImportanceOptions value) {
            beta1 = value.beta1();
            beta2 = value.beta2();
            return this;
        }

        private Builder orthRegWeight(Number value) {
            orthRegWeight = value;
            return this;
        }

        private Builder ranks(@Nullable Map<String, List<Boolean>> value) {
            ranks = value;
            return this;
        }

        /** T, the number of optimizer steps of the training. Must be set. */
        public Builder setTotalStep(int value) {
            totalStep = value;
            return this;
        }

        /** Rank of each layer at the start. Default 12. */
        public Builder optInitR(int value) {
            initR = value;
            return this;
        }

        /** Rank of a layer at the end, on average. Default 8. */
        public Builder optTargetR(int value) {
            targetR = value;
            return this;
        }

        /** Steps before ranks are taken away. Default 0. */
        public Builder optTinit(int value) {
            tinit = value;
            return this;
        }

        /** Steps at the end in which the ranks stay. Default 0. */
        public Builder optTfinal(int value) {
            tfinal = value;
            return this;
        }

        /** Ranks are chosen anew each so many steps. Default 1. */
        public Builder optDeltaT(int value) {
            deltaT = value;
            return this;
        }

        /** Weight of the past in the average importance, in (0, 1). Default 0.85. */
        public Builder optBeta1(double value) {
            beta1 = value;
            return this;
        }

        /** Weight of the past in its average deviation, in (0, 1). Default 0.85. */
        public Builder optBeta2(double value) {
            beta2 = value;
            return this;
        }

        /** Weight of the term that keeps A and B near orthogonal. Default 0.5. */
        public Builder optOrthRegWeight(double value) {
            return orthRegWeight(value);
        }

        /** Which ranks are left, by a layer's path and {@code .lora_E}. Default: all. */
        public Builder optRankPattern(Map<String, List<Boolean>> value) {
            return ranks(value);
        }

        /**
         * Builds the config and logs options without effect.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public AdaLoraConfig build() {
            return build(LOG::warn);
        }

        private AdaLoraConfig build(Consumer<String> warn) {
            LoraConfig lora = lora(ImmutableMap.of(), warn);
            AdaLoraConfig config =
                    new AdaLoraConfig(
                            lora,
                            new RankSchedule(initR, targetR, tinit, tfinal, deltaT, totalStep),
                            new ImportanceOptions(beta1, beta2),
                            orthRegWeight,
                            ranks);
            if (lora.r() != LORA_R) {
                warn.accept(
                        "r is "
                                + lora.r()
                                + ", which AdaLoRA does not use. Set init_r for the rank at the"
                                + " start.");
            }
            return config;
        }
    }
}
