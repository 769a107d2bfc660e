package io.github.peft4j.tuner.hra;

import com.google.common.base.Preconditions;
import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.config.TargetedConfigBuilder;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of HRA.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param r number of reflections at a layer, at least 1; even, or the adapter does not start as the
 *     identity; default 8
 * @param applyGs whether the vectors are made orthogonal (Gram-Schmidt) before they reflect;
 *     default false
 * @param bias which biases of the base are trained along; default none
 * @param initWeights whether vectors start in equal pairs, without effect; if not, they are
 *     uniform; default true
 * @see <a href="https://arxiv.org/abs/2405.17484">Yuan et al. 2024</a>
 */
public record HRAConfig(
        CommonFields common,
        TargetModules targets,
        int r,
        boolean applyGs,
        BiasOption bias,
        boolean initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("HRA");

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if r is below 1, or the targets contradict each other
     */
    public HRAConfig {
        targets.refuseLayersWithRegex();
        targets.refusePatternWithoutLayers();
        Preconditions.checkArgument(
                r > 0, "r is %s; it should be a positive number of reflections, such as 8.", r);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        return new Builder()
                .optCommon(common)
                .optTargets(targets)
                .optR(r)
                .optApplyGs(applyGs)
                .optBias(bias)
                .optInitWeights(initWeights);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public HRAConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public HRAConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json);
        json.put("r", (long) r);
        json.put("apply_GS", applyGs);
        json.put("bias", bias.jsonName());
        json.put("init_weights", initWeights);
        return JsonValues.freezeObject(json);
    }

    /** Builds an {@link HRAConfig}; every option has PEFT's default. */
    public static final class Builder extends TargetedConfigBuilder<Builder> {

        private int r = 8;
        private boolean applyGs;
        private BiasOption bias = BiasOption.NONE;
        private boolean initWeights = true;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static HRAConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("r", JsonType.INTEGER, this::optR);
            json.read("apply_GS", JsonType.FLAG, this::optApplyGs);
            json.read("bias", JsonType.STRING, name -> optBias(BiasOption.of(TYPE, name)));
            json.read("init_weights", JsonType.FLAG, this::optInitWeights);
            return super.overlay(json);
        }

        /** Number of reflections at a layer; even, to start as the identity. Default 8. */
        public Builder optR(int value) {
            r = value;
            return this;
        }

        /** Whether the vectors are made orthogonal before they reflect. Default false. */
        public Builder optApplyGs(boolean value) {
            applyGs = value;
            return this;
        }

        /** Which biases of the base are trained along. Default none. */
        public Builder optBias(BiasOption value) {
            bias = value;
            return this;
        }

        /** Whether vectors start in equal pairs; if not, they are uniform. Default true. */
        public Builder optInitWeights(boolean value) {
            initWeights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public HRAConfig build() {
            return new HRAConfig(common(), targets(), r, applyGs, bias, initWeights);
        }
    }
}
