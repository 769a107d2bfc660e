package io.github.peft4j.tuner.vera;

import com.google.common.collect.ImmutableSet;
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
 * The config of VeRA.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param base the base's biases and the order of its weights
 * @param r rank r, the number of rows of A; default 256
 * @param projection the matrices that all layers share
 * @param vectors the vectors of each layer
 * @param veraDropout probability that a feature of the adapter's input is dropped in training; in
 *     [0, 1); default 0
 * @see <a href="https://arxiv.org/abs/2310.11454">Kopiczko et al. 2023</a>
 */
public record VeraConfig(
        CommonFields common,
        TargetModules targets,
        BaseOptions base,
        int r,
        ProjectionOptions projection,
        VectorOptions vectors,
        Number veraDropout)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("VERA");

    private static final ImmutableSet<String> TARGET_KEYS =
            ImmutableSet.of(
                    "target_modules", "layers_to_transform", "layers_pattern", "modules_to_save");

    /**
     * Checks the options.
     *
     * @throws IllegalArgumentException if one is wrong, or VeRA does not have it
     */
    public VeraConfig {
        targets.refuseOthers(TYPE, TARGET_KEYS);
        targets.refusePatternWithoutLayers();
        OptionChecks.positive("r", r, 256);
        veraDropout = OptionChecks.dropout("vera_dropout", veraDropout);
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
                .optProjectionPrngKey(projection.key())
                .optSaveProjection(projection.saved())
                .dInitial(vectors.dInitial())
                .optInitWeights(vectors.initWeights())
                .veraDropout(veraDropout);
    }

    /** Seed of the shared matrices. */
    public long projectionPrngKey() {
        return projection.key();
    }

    /** Whether the adapter's file holds the shared matrices. */
    public boolean saveProjection() {
        return projection.saved();
    }

    /** What the vectors d start with. */
    public double dInitial() {
        return vectors.dInitial().doubleValue();
    }

    /** Whether the adapter starts without effect. */
    public boolean initWeights() {
        return vectors.initWeights();
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
    public VeraConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public VeraConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json, TARGET_KEYS);
        base.putInto(json);
        json.put("r", r);
        json.put("projection_prng_key", projection.key());
        json.put("save_projection", projection.saved());
        json.put("d_initial", vectors.dInitial());
        json.put("init_weights", vectors.initWeights());
        json.put("vera_dropout", veraDropout);
        return JsonValues.freezeObject(json);
    }

    /** Builds a {@link VeraConfig}; every option has PEFT's default. */
    public static final class Builder extends BaseOptionsBuilder<Builder> {

        private int r = 256;
        private ProjectionOptions projection = ProjectionOptions.DEFAULT;
        private Number dInitial = VectorOptions.DEFAULT.dInitial();
        private boolean initWeights = VectorOptions.DEFAULT.initWeights();
        private Number veraDropout = 0.0;

        private Builder() {
            super(TYPE, TARGET_KEYS);
        }

        @Override
        protected Builder self() {
            return this;
        }

        static VeraConfig read(ConfigReader json) {
            return new Builder().overlay(json).build();
        }

        @Override
        protected Builder overlay(ConfigReader json) {
            json.read("r", JsonType.INTEGER, this::optR);
            json.read("projection_prng_key", JsonType.LONG, this::optProjectionPrngKey);
            json.read("save_projection", JsonType.FLAG, this::optSaveProjection);
            json.read("d_initial", JsonType.NUMBER, this::dInitial);
            json.read("init_weights", JsonType.FLAG, this::optInitWeights);
            json.read("vera_dropout", JsonType.NUMBER, this::veraDropout);
            return super.overlay(json);
        }

        /** Rank r, the number of rows of A; at least 1. Default 256. */
        public Builder optR(int value) {
            r = value;
            return this;
        }

        /** Seed of the shared matrices; the same for all adapters of a model. Default 0. */
        public Builder optProjectionPrngKey(long value) {
            projection = new ProjectionOptions(value, projection.saved());
            return this;
        }

        /**
         * Whether the adapter's file holds the shared matrices; if not, a reader draws them from
         * the seed. The same for all adapters of a model. Default true.
         */
        public Builder optSaveProjection(boolean value) {
            projection = new ProjectionOptions(projection.key(), value);
            return this;
        }

        /** What the vectors d start with. Default 0.1. */
        public Builder optDInitial(double value) {
            return dInitial(value);
        }

        Builder dInitial(Number value) {
            dInitial = value;
            return this;
        }

        /** Whether the adapter starts without effect; if not, it is random. Default true. */
        public Builder optInitWeights(boolean value) {
            initWeights = value;
            return this;
        }

        /** Probability that an input feature is dropped in training, in [0, 1). Default 0. */
        public Builder optVeraDropout(double value) {
            return veraDropout(value);
        }

        Builder veraDropout(Number value) {
            veraDropout = value;
            return this;
        }

        /**
         * Builds the config.
         *
         * @throws IllegalArgumentException if an option is wrong
         */
        public VeraConfig build() {
            VectorOptions vectors = new VectorOptions(dInitial, initWeights);
            return new VeraConfig(common(), targets(), base(), r, projection, vectors, veraDropout);
        }
    }
}
