package io.github.peft4j.tuner.vblora;

import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LayerConfigBuilder;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.group.HasBias;
import io.github.peft4j.config.group.HasFanInFanOut;
import io.github.peft4j.config.group.HasRank;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;

/**
 * The config of VB-LoRA.
 *
 * @see <a href="https://arxiv.org/abs/2405.15179">Li et al. 2024</a>
 */
public final class VBLoRAConfig extends LayerConfig implements HasRank, HasBias, HasFanInFanOut {

    private static final Option<Integer> NUM_VECTORS =
            Options.positive("num_vectors", 256).means("how many vectors all layers share");
    private static final Option<Integer> VECTOR_LENGTH =
            Options.positive("vector_length", 256)
                    .means("their length, a divisor of every layer's inputs and outputs");
    private static final Option<Integer> TOPK =
            Options.positive("topk", 2).means("how many vectors of the bank make one of a layer");
    private static final Option<Boolean> SAVE_ONLY_TOPK_WEIGHTS =
            Option.flag("save_only_topk_weights", false)
                    .means(
                            "whether a file holds only the largest logits, which cannot train "
                                    + "on");
    private static final Option<Number> VBLORA_DROPOUT = Options.inputDropout("vblora_dropout");
    private static final Option<Number> INIT_VECTOR_BANK_BOUND =
            Options.finite("init_vector_bank_bound", 0.02)
                    .means("the vectors start uniform within this bound");
    private static final Option<Number> INIT_LOGITS_STD =
            Options.finite("init_logits_std", 0.1).means("logits start normal with this deviation");

    static final ConfigType<VBLoRAConfig> TYPE =
            LayerConfig.type("VBLORA", VBLoRAConfig.class, VBLoRAConfig::new)
                    .with(
                            Options.rank(4),
                            NUM_VECTORS,
                            VECTOR_LENGTH,
                            TOPK,
                            SAVE_ONLY_TOPK_WEIGHTS,
                            VBLORA_DROPOUT,
                            INIT_VECTOR_BANK_BOUND,
                            INIT_LOGITS_STD,
                            Options.FAN_IN_FAN_OUT,
                            Options.bias("VBLORA"))
                    .rule(LayerConfig::refusePatternWithoutLayers);

    private VBLoRAConfig(OptionValues values) {
        super(TYPE, values);
    }

    /** A builder with PEFT's defaults. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Builder toBuilder() {
        return builder().from(this);
    }

    /** How many vectors all layers share. */
    public int numVectors() {
        return get(NUM_VECTORS);
    }

    /** Their length, a divisor of every layer's inputs and outputs. */
    public int vectorLength() {
        return get(VECTOR_LENGTH);
    }

    /** How many vectors of the bank make one of a layer. */
    public int topk() {
        return get(TOPK);
    }

    /** Whether a file holds only the largest logits, which cannot train on. */
    public boolean saveOnlyTopkWeights() {
        return get(SAVE_ONLY_TOPK_WEIGHTS);
    }

    /** Probability that an input feature is dropped in training. */
    public double vbloraDropout() {
        return get(VBLORA_DROPOUT).doubleValue();
    }

    /** Bound within which the vectors start uniform. */
    public double initVectorBankBound() {
        return get(INIT_VECTOR_BANK_BOUND).doubleValue();
    }

    /** Deviation of the normal start of the logits. */
    public double initLogitsStd() {
        return get(INIT_LOGITS_STD).doubleValue();
    }

    /** Builds a {@link VBLoRAConfig}. */
    public static final class Builder extends LayerConfigBuilder<VBLoRAConfig, Builder>
            implements HasRank.Setters<Builder>,
                    HasBias.Setters<Builder>,
                    HasFanInFanOut.Setters<Builder> {

        private Builder() {
            super(TYPE);
        }

        /** How many vectors all layers share. Default 256. */
        public Builder optNumVectors(int value) {
            return set(NUM_VECTORS, value);
        }

        /** Their length, which must divide every layer's inputs and outputs. Default 256. */
        public Builder optVectorLength(int value) {
            return set(VECTOR_LENGTH, value);
        }

        /** How many vectors of the bank make one of a layer. Default 2. */
        public Builder optTopk(int value) {
            return set(TOPK, value);
        }

        /** Whether a file holds only the largest logits, which cannot train on. Default false. */
        public Builder optSaveOnlyTopkWeights(boolean value) {
            return set(SAVE_ONLY_TOPK_WEIGHTS, value);
        }

        /** Probability that an input feature is dropped in training, in [0, 1). Default 0. */
        public Builder optVbloraDropout(double value) {
            return set(VBLORA_DROPOUT, value);
        }

        /** The vectors start uniform within this bound. Default 0.02. */
        public Builder optInitVectorBankBound(double value) {
            return set(INIT_VECTOR_BANK_BOUND, value);
        }

        /** Logits start normal with this deviation. Default 0.1. */
        public Builder optInitLogitsStd(double value) {
            return set(INIT_LOGITS_STD, value);
        }
    }
}
