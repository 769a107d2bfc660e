package io.github.peft4j.tuner.vblora;

import io.github.peft4j.config.BaseOptions;
import io.github.peft4j.config.BaseOptionsBuilder;
import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.OptionChecks;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of VB-LoRA.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param base the base's biases and the order of its weights
 * @param r rank r, the number of rows of A; default 4
 * @param bank the vectors that all layers share
 * @param logits how they are chosen
 * @param vbloraDropout probability that a feature of the adapter's input is dropped in training; in
 *     [0, 1); default 0
 * @see <a href="https://arxiv.org/abs/2405.15179">Li et al. 2024</a>
 */
public record VBLoRAConfig(
        CommonFields common,
        TargetModules targets,
        BaseOptions base,
        int r,
        BankOptions bank,
        LogitsOptions logits,
        Number vbloraDropout)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("VBLORA");

    /** Checks the options. */
    public VBLoRAConfig {
        targets.refusePatternWithoutLayers();
        OptionChecks.positive("r", r, 4);
        vbloraDropout = OptionChecks.dropout("vblora_dropout", vbloraDropout);
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
                .optBase(base)
                .optR(r)
                .bank(bank)
                .logits(logits)
                .vbloraDropout(vbloraDropout);
    }

    /** Whether the base weight is stored as [in, out]. */
    public boolean fanInFanOut() {
        return base.fanInFanOut();
    }

    /** Which biases of the base are trained along. */
    public BiasOption bias() {
        return base.bias();
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public VBLoRAConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public VBLoRAConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json);
        base.putInto(json);
        json.put("r", r);
        bank.putInto(json);
        logits.putInto(json);
        json.put("vblora_dropout", vbloraDropout);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link VBLoRAConfig}; every option has PEFT's default. */
    public static final class Builder extends BaseOptionsBuilder<Builder> {

        private int r = 4;
        private int numVectors = BankOptions.DEFAULT.numVectors();
        private int vectorLength = BankOptions.DEFAULT.vectorLength();
        private Number initVectorBankBound = BankOptions.DEFAULT.initVectorBankBound();
        private int topk = LogitsOptions.DEFAULT.topk();
        private boolean saveOnlyTopkWeights;
        private Number initLogitsStd = LogitsOptions.DEFAULT.initLogitsStd();
        private Number vbloraDropout = 0.0;

        private Builder() {
            super(TYPE, TargetModules.KEYS);
        }

        @Override
        protected Builder self() {
            return this;
        }

        static VBLoRAConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("r", JsonType.INTEGER, this::optR);
            json.read("num_vectors", JsonType.INTEGER, this::optNumVectors);
            json.read("vector_length", JsonType.INTEGER, this::optVectorLength);
            json.read(
                    "init_vector_bank_bound",
                    JsonType.NUMBER,
                    value -> initVectorBankBound = value);
            json.read("topk", JsonType.INTEGER, this::optTopk);
            json.read("save_only_topk_weights", JsonType.FLAG, this::optSaveOnlyTopkWeights);
            json.read("init_logits_std", JsonType.NUMBER, value -> initLogitsStd = value);
            json.read("vblora_dropout", JsonType.NUMBER, this::vbloraDropout);
            return super.overlay(json);
        }

        private Builder bank(BankOptions value) {
            numVectors = value.numVectors();
            vectorLength = value.vectorLength();
            initVectorBankBound = value.initVectorBankBound();
            return this;
        }

        private Builder logits(LogitsOptions value) {
            topk = value.topk();
            saveOnlyTopkWeights = value.saveOnlyTopkWeights();
            initLogitsStd = value.initLogitsStd();
            return this;
        }

        private Builder vbloraDropout(Number value) {
            vbloraDropout = value;
            return this;
        }

        /** Rank r, the number of rows of A; at least 1. Default 4. */
        public Builder optR(int value) {
            r = value;
            return this;
        }

        /** How many vectors all layers share. Default 256. */
        public Builder optNumVectors(int value) {
            numVectors = value;
            return this;
        }

        /** Their length, which must divide every layer's inputs and outputs. Default 256. */
        public Builder optVectorLength(int value) {
            vectorLength = value;
            return this;
        }

        /** How many vectors of the bank make one of a layer. Default 2. */
        public Builder optTopk(int value) {
            topk = value;
            return this;
        }

        /** Whether a file holds only the largest logits, which cannot train on. Default false. */
        public Builder optSaveOnlyTopkWeights(boolean value) {
            saveOnlyTopkWeights = value;
            return this;
        }

        /** Probability that an input feature is dropped in training, in [0, 1). Default 0. */
        public Builder optVbloraDropout(double value) {
            return vbloraDropout(value);
        }

        /** The vectors start uniform within this bound. Default 0.02. */
        public Builder optInitVectorBankBound(double value) {
            initVectorBankBound = value;
            return this;
        }

        /** Logits start normal with this deviation. Default 0.1. */
        public Builder optInitLogitsStd(double value) {
            initLogitsStd = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public VBLoRAConfig build() {
            return new VBLoRAConfig(
                    common(),
                    targets(),
                    base(),
                    r,
                    new BankOptions(numVectors, vectorLength, initVectorBankBound),
                    new LogitsOptions(topk, saveOnlyTopkWeights, initLogitsStd),
                    vbloraDropout);
        }
    }
}
