package io.github.peft4j.tuner.boft;

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
 * The config of BOFT.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param blocks how the input is cut into blocks; default blocks of 4
 * @param boftNButterflyFactor number of factors of a butterfly; kept for files, every value acts as
 *     1; default 1
 * @param boftDropout share of the blocks that a training pass replaces by the identity, from 0 to
 *     1; default 0
 * @param fanInFanOut whether the base weight is stored as [in, out]; corrected by the layers;
 *     default false
 * @param bias which biases of the base are trained along; default none
 * @param initWeights whether the adapter starts without effect; if not, it starts near that;
 *     default true
 * @see <a href="https://arxiv.org/abs/2311.06243">Liu et al. 2023</a>
 */
public record BOFTConfig(
        CommonFields common,
        TargetModules targets,
        BOFTBlocks blocks,
        int boftNButterflyFactor,
        Number boftDropout,
        boolean fanInFanOut,
        BiasOption bias,
        boolean initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("BOFT");

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the dropout is no share, or the targets contradict each
     *     other
     */
    public BOFTConfig {
        targets.refusePatternWithoutLayers();
        boftDropout = JsonValues.freezeNumber(boftDropout);
        Preconditions.checkArgument(
                boftDropout.doubleValue() >= 0 && boftDropout.doubleValue() <= 1,
                "boft_dropout is %s; it must be a share from 0 to 1. Pass 0.1, for example.",
                boftDropout);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this config. */
    public Builder toBuilder() {
        Builder builder =
                new Builder()
                        .optCommon(common)
                        .optTargets(targets)
                        .optBoftNButterflyFactor(boftNButterflyFactor)
                        .dropout(boftDropout)
                        .optFanInFanOut(fanInFanOut)
                        .optBias(bias)
                        .optInitWeights(initWeights);
        return builder.blocks(blocks);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public BOFTConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public BOFTConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json);
        json.put("boft_block_size", (long) blocks.boftBlockSize());
        json.put("boft_block_num", (long) blocks.boftBlockNum());
        json.put("boft_n_butterfly_factor", (long) boftNButterflyFactor);
        json.put("boft_dropout", boftDropout);
        json.put("fan_in_fan_out", fanInFanOut);
        json.put("bias", bias.jsonName());
        json.put("init_weights", initWeights);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link BOFTConfig}; every option has PEFT's default. */
    public static final class Builder extends TargetedConfigBuilder<Builder> {

        private int boftBlockSize = 4;
        private int boftBlockNum;
        private int boftNButterflyFactor = 1;
        private Number boftDropout = 0.0;
        private boolean fanInFanOut;
        private BiasOption bias = BiasOption.NONE;
        private boolean initWeights = true;

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        static BOFTConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("boft_block_size", JsonType.INTEGER, this::optBoftBlockSize);
            json.read("boft_block_num", JsonType.INTEGER, this::optBoftBlockNum);
            json.read("boft_n_butterfly_factor", JsonType.INTEGER, this::optBoftNButterflyFactor);
            json.read("boft_dropout", JsonType.NUMBER, this::dropout);
            json.read("fan_in_fan_out", JsonType.FLAG, this::optFanInFanOut);
            json.read("bias", JsonType.STRING, name -> optBias(BiasOption.of(TYPE, name)));
            json.read("init_weights", JsonType.FLAG, this::optInitWeights);
            return super.overlay(json);
        }

        private Builder blocks(BOFTBlocks value) {
            return optBoftBlockSize(value.boftBlockSize()).optBoftBlockNum(value.boftBlockNum());
        }

        private Builder dropout(Number value) {
            boftDropout = value;
            return this;
        }

        /** Features of a block; 0 where the number of blocks is given instead. Default 4. */
        public Builder optBoftBlockSize(int value) {
            boftBlockSize = value;
            return this;
        }

        /** Number of blocks; 0 where their size is given instead. Default 0. */
        public Builder optBoftBlockNum(int value) {
            boftBlockNum = value;
            return this;
        }

        /** Number of butterfly factors; kept for files, every value acts as 1. Default 1. */
        public Builder optBoftNButterflyFactor(int value) {
            boftNButterflyFactor = value;
            return this;
        }

        /** Share of the blocks that a training pass replaces by the identity. Default 0. */
        public Builder optBoftDropout(double value) {
            return dropout(value);
        }

        /** Whether the base weight is stored as [in, out]; corrected by the layers. */
        public Builder optFanInFanOut(boolean value) {
            fanInFanOut = value;
            return this;
        }

        /** Which biases of the base are trained along. Default none. */
        public Builder optBias(BiasOption value) {
            bias = value;
            return this;
        }

        /** Whether the adapter starts without effect. Default true. */
        public Builder optInitWeights(boolean value) {
            initWeights = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public BOFTConfig build() {
            return new BOFTConfig(
                    common(),
                    targets(),
                    new BOFTBlocks(boftBlockSize, boftBlockNum),
                    boftNButterflyFactor,
                    boftDropout,
                    fanInFanOut,
                    bias,
                    initWeights);
        }
    }
}
