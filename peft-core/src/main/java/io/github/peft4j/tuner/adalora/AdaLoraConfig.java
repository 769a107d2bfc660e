package io.github.peft4j.tuner.adalora;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.tuner.lora.LoraBasedConfig;
import io.github.peft4j.tuner.lora.LoraBasedConfigBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The config of AdaLoRA: that of LoRA, whose {@code r} has no meaning here, and a schedule of
 * ranks.
 *
 * @see <a href="https://arxiv.org/abs/2303.10512">Zhang et al. 2023</a>
 */
public final class AdaLoraConfig extends LoraBasedConfig {

    private static final Option<Integer> INIT_R =
            atLeastZero("init_r", 12).means("rank of each layer at the start; 0 adds nothing");
    private static final Option<Integer> TARGET_R =
            atLeastZero("target_r", 8).means("rank of a layer at the end, on average");
    private static final Option<Integer> TINIT =
            Option.integer("tinit", 0).means("steps before ranks are taken away");
    private static final Option<Integer> TFINAL =
            Option.integer("tfinal", 0).means("steps at the end in which the ranks stay");
    private static final Option<Integer> DELTA_T =
            Options.positive("deltaT", 1).means("steps between two choices of ranks");
    private static final Option<Integer> TOTAL_STEP =
            Option.integer("total_step", 0)
                    .nullAsDefault()
                    .check(
                            steps ->
                                    Preconditions.checkArgument(
                                            steps > 0,
                                            "total_step is %s; AdaLoRA takes ranks away on a"
                                                    + " schedule and must know the number of"
                                                    + " optimizer steps of the training. Pass"
                                                    + " setTotalStep.",
                                            steps))
                    .means("optimizer steps of the training; must be set");
    private static final Option<Number> BETA1 =
            fraction("beta1").means("weight of the past in the average importance");
    private static final Option<Number> BETA2 =
            fraction("beta2").means("weight of the past in its average deviation");
    private static final Option<Number> ORTH_REG_WEIGHT =
            Options.finite("orth_reg_weight", 0.5)
                    .must(weight -> weight.doubleValue() >= 0, "0 or more. Pass 0.5, for example")
                    .means("weight of the loss term that keeps A and B near orthogonal");
    private static final Option<Map<String, List<Boolean>>> RANK_PATTERN =
            Option.nullable(
                            "rank_pattern",
                            JsonType.FLAG
                                    .list("a list of true and false")
                                    .values("an object of lists of true and false"))
                    .means("which ranks are left, by a layer's path and `.lora_E`");

    static final ConfigType<AdaLoraConfig> TYPE =
            table("ADALORA", AdaLoraConfig.class, AdaLoraConfig::new)
                    .with(INIT_R, TARGET_R, TINIT, TFINAL, DELTA_T, TOTAL_STEP)
                    .with(optionsOfLoraAlone())
                    .with(BETA1, BETA2, ORTH_REG_WEIGHT, RANK_PATTERN)
                    .rule(AdaLoraConfig::check)
                    .warning(AdaLoraConfig::withoutEffect);

    private AdaLoraConfig(OptionValues values) {
        super(TYPE, values);
    }

    private static Option<Integer> atLeastZero(String key, int standard) {
        return Option.integer(key, standard)
                .must(r -> r >= 0, "0 or more. Pass " + standard + ", for example");
    }

    private static Option<Number> fraction(String key) {
        return Option.number(key, 0.85)
                .must(
                        value -> value.doubleValue() > 0 && value.doubleValue() < 1,
                        "above 0 and below 1. Pass 0.85, for example");
    }

    private void check() {
        Preconditions.checkArgument(
                !useDora(), "use_dora is true; ADALORA does not support DoRA. Leave it out.");
        Preconditions.checkArgument(
                loftqConfig().isEmpty(),
                "loftq_config is %s; ADALORA does not support LoftQ. Leave it out.",
                loftqConfig());
        RankSchedule steps = schedule();
        Preconditions.checkArgument(
                steps.tinit() < steps.last(),
                "tinit is %s, tfinal %s and total_step %s, which leaves no steps to take ranks away"
                        + " in. Decrease tinit or tfinal, or increase total_step.",
                steps.tinit(),
                steps.tfinal(),
                steps.totalStep());
    }

    private List<String> withoutEffect() {
        ImmutableList.Builder<String> warnings = ImmutableList.builder();
        if (r() != 8) {
            warnings.add(
                    "r is %s, which AdaLoRA does not use. Set init_r for the rank at the start."
                            .formatted(r()));
        }
        if (useBdlora().isPresent()
                || kasaConfig().isPresent()
                || veloraConfig().isPresent()
                || montecloraConfig().isPresent()) {
            warnings.add(
                    "use_bdlora, kasa_config, velora_config and monteclora_config have no effect in"
                            + " AdaLoRA, as in PEFT. Leave them out, or use LoRA.");
        }
        return warnings.build();
    }

    /** A builder with PEFT's defaults; the number of steps must be set. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder toBuilder() {
        return builder().from(this);
    }

    /** How many ranks are left at which step. */
    public RankSchedule schedule() {
        return new RankSchedule(
                get(INIT_R), get(TARGET_R), get(TINIT), get(TFINAL), get(DELTA_T), get(TOTAL_STEP));
    }

    /** Weight of the past in the average importance, in (0, 1). */
    public double beta1() {
        return get(BETA1).doubleValue();
    }

    /** Weight of the past in its average deviation, in (0, 1). */
    public double beta2() {
        return get(BETA2).doubleValue();
    }

    /** Weight of the loss term that keeps A and B near orthogonal, 0 or more. */
    public double orthRegWeight() {
        return get(ORTH_REG_WEIGHT).doubleValue();
    }

    /** Which ranks of each layer are left, if any were taken away. */
    public Optional<Map<String, List<Boolean>>> rankPattern() {
        return find(RANK_PATTERN);
    }

    /** Builds an {@link AdaLoraConfig}. */
    public static final class Builder extends LoraBasedConfigBuilder<AdaLoraConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /** T, the number of optimizer steps of the training. Must be set. */
        public Builder setTotalStep(int value) {
            return set(TOTAL_STEP, value);
        }

        /** Rank of each layer at the start. Default 12. */
        public Builder optInitR(int value) {
            return set(INIT_R, value);
        }

        /** Rank of a layer at the end, on average. Default 8. */
        public Builder optTargetR(int value) {
            return set(TARGET_R, value);
        }

        /** Steps before ranks are taken away. Default 0. */
        public Builder optTinit(int value) {
            return set(TINIT, value);
        }

        /** Steps at the end in which the ranks stay. Default 0. */
        public Builder optTfinal(int value) {
            return set(TFINAL, value);
        }

        /** Steps between two choices of ranks. Default 1. */
        public Builder optDeltaT(int value) {
            return set(DELTA_T, value);
        }

        /** Weight of the past in the average importance, in (0, 1). Default 0.85. */
        public Builder optBeta1(double value) {
            return set(BETA1, value);
        }

        /** Weight of the past in its average deviation, in (0, 1). Default 0.85. */
        public Builder optBeta2(double value) {
            return set(BETA2, value);
        }

        /** Weight of the term that keeps A and B near orthogonal. Default 0.5. */
        public Builder optOrthRegWeight(double value) {
            return set(ORTH_REG_WEIGHT, value);
        }

        /** Which ranks are left, by a layer's path and {@code .lora_E}. Default: all. */
        public Builder optRankPattern(Map<String, List<Boolean>> value) {
            return set(RANK_PATTERN, value);
        }
    }
}
