package io.github.peft4j.tuner.xlora;

import com.google.common.collect.Maps;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftConfigBuilder;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.json.JsonType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The config of X-LoRA.
 *
 * @see <a href="https://arxiv.org/abs/2402.07148">Buehler and Buehler 2024</a>
 */
public final class XLoraConfig extends PeftConfig {

    static final Option<Integer> HIDDEN_SIZE =
            Option.nullable("hidden_size", JsonType.INTEGER)
                    .must(
                            value -> value > 0,
                            "a positive integer: the size of the base's hidden states")
                    .means("size of the base's hidden states; null becomes 4096, with a warning");
    static final Option<Map<String, String>> ADAPTERS =
            Option.nullable("adapters", JsonType.STRING.values("an object of strings"))
                    .check(XLoraRules::refuseWhatIsNoPath)
                    .means("directories of the LoRA experts by the names `0`, `1`, ...");
    private static final Option<Boolean> ENABLE_SOFTMAX =
            Option.flag("enable_softmax", true)
                    .means("whether the weights are a softmax of the scores");
    private static final Option<Boolean> ENABLE_SOFTMAX_TOPK =
            Option.flag("enable_softmax_topk", false)
                    .means("whether a softmax follows the choice of the top k");
    private static final Option<Number> SOFTMAX_TEMPERATURE =
            Option.number("softmax_temperature", 1.0)
                    .must(
                            value -> value.doubleValue() > 0,
                            "positive: 1 leaves the scores unchanged")
                    .means("T, by which scores are divided before the softmax");
    private static final Option<Integer> TOP_K_LORA =
            Option.nullable("top_k_lora", JsonType.INTEGER)
                    .means("how many experts act at a token; null: all");
    private static final Option<Number> SCALING_PASS_VALUE =
            Option.number("scaling_pass_value", 0.0)
                    .means("weight of every expert in the first pass; 0: the bare base");
    private static final Option<Number> GLOBAL_SCALING_WEIGHT =
            Option.number("global_scaling_weight", 1.0).means("g, factor on all experts");
    private static final Option<Boolean> LAYERWISE_SCALINGS =
            Option.flag("layerwise_scalings", false)
                    .means("whether each adapted layer gets weights of its own");
    private static final int MOST_LAYERS = 1000;
    private static final Option<Integer> XLORA_DEPTH =
            Options.positive("xlora_depth", 1)
                    .must(depth -> depth <= MOST_LAYERS, "at most " + MOST_LAYERS)
                    .means("linear layers of the classifier, ReLU and dropout between them");
    private static final Option<Integer> XLORA_SIZE =
            Options.positive("xlora_size", 2048)
                    .means("width between its layers; no effect at depth 1");
    private static final Option<Number> XLORA_DROPOUT_P =
            Option.dropout("xlora_dropout_p", 0.2).means("dropout between its layers in training");
    private static final Option<Boolean> USE_TRAINABLE_ADAPTERS =
            Option.flag("use_trainable_adapters", false)
                    .means("whether the experts are trained too");

    static final ConfigType<XLoraConfig> TYPE =
            ConfigType.of("XLORA", XLoraConfig.class, XLoraConfig::new)
                    .with(HIDDEN_SIZE, ADAPTERS, ENABLE_SOFTMAX, ENABLE_SOFTMAX_TOPK)
                    .with(SOFTMAX_TEMPERATURE, TOP_K_LORA, SCALING_PASS_VALUE)
                    .with(GLOBAL_SCALING_WEIGHT, LAYERWISE_SCALINGS, XLORA_DEPTH, XLORA_SIZE)
                    .with(XLORA_DROPOUT_P, USE_TRAINABLE_ADAPTERS)
                    .resolving(XLoraRules::fillIn)
                    .warning(XLoraRules::oddities);

    private XLoraConfig(OptionValues values) {
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

    /** Experts lie in sub-folders of the directory where they were saved together. */
    @Override
    public XLoraConfig locatedIn(Path directory) {
        return withAdapters(
                Maps.transformValues(
                        adapters(),
                        path -> {
                            Path below = directory.resolve(path);
                            return Files.isDirectory(below) ? below.toString() : path;
                        }));
    }

    /** This config as it is saved: each expert in a sub-folder of its name. */
    XLoraConfig withExpertsBelow() {
        return withAdapters(Maps.asMap(adapters().keySet(), name -> name));
    }

    private XLoraConfig withAdapters(Map<String, String> value) {
        return toBuilder().optAdapters(value).build(warning -> {});
    }

    /** H, size of the base's hidden states. */
    public int hiddenSize() {
        return get(HIDDEN_SIZE);
    }

    /** Directories of the LoRA experts by name. */
    public Map<String, String> adapters() {
        return get(ADAPTERS);
    }

    /** Whether the weights are a softmax of the scores. */
    public boolean enableSoftmax() {
        return get(ENABLE_SOFTMAX);
    }

    /** Whether a softmax follows the choice of the top k. */
    public boolean enableSoftmaxTopk() {
        return get(ENABLE_SOFTMAX_TOPK);
    }

    /** T, by which scores are divided before the softmax. */
    public double softmaxTemperature() {
        return get(SOFTMAX_TEMPERATURE).doubleValue();
    }

    /** How many experts act at a token; all if it is not set. */
    public Optional<Integer> topKLora() {
        return find(TOP_K_LORA);
    }

    /** Weight of every expert in the first pass. */
    public double scalingPassValue() {
        return get(SCALING_PASS_VALUE).doubleValue();
    }

    /** g, factor on all experts. */
    public double globalScalingWeight() {
        return get(GLOBAL_SCALING_WEIGHT).doubleValue();
    }

    /** Whether each adapted layer gets weights of its own. */
    public boolean layerwiseScalings() {
        return get(LAYERWISE_SCALINGS);
    }

    /** How many linear layers the classifier has. */
    public int xloraDepth() {
        return get(XLORA_DEPTH);
    }

    /** Width between the classifier's layers. */
    public int xloraSize() {
        return get(XLORA_SIZE);
    }

    /** Dropout between the classifier's layers in training. */
    public double xloraDropoutP() {
        return get(XLORA_DROPOUT_P).doubleValue();
    }

    /** Whether the experts are trained too. */
    public boolean useTrainableAdapters() {
        return get(USE_TRAINABLE_ADAPTERS);
    }

    /** Builds an {@link XLoraConfig}. */
    public static final class Builder extends PeftConfigBuilder<XLoraConfig, Builder> {

        private Builder() {
            super(TYPE);
        }

        /** Size of the base's hidden states. Default 4096, with a warning. */
        public Builder optHiddenSize(int value) {
            return set(HIDDEN_SIZE, value);
        }

        /** Directories of the LoRA experts by the names {@code 0}, {@code 1}, ... */
        public Builder optAdapters(Map<String, String> value) {
            return set(ADAPTERS, value);
        }

        /** Whether the weights are a softmax of the scores. Default true. */
        public Builder optEnableSoftmax(boolean value) {
            return set(ENABLE_SOFTMAX, value);
        }

        /** Whether a softmax follows the choice of the top k. Default false. */
        public Builder optEnableSoftmaxTopk(boolean value) {
            return set(ENABLE_SOFTMAX_TOPK, value);
        }

        /** By which scores are divided before the softmax. Default 1. */
        public Builder optSoftmaxTemperature(double value) {
            return set(SOFTMAX_TEMPERATURE, value);
        }

        /** How many experts act at a token. Default null: all. */
        public Builder optTopKLora(@Nullable Integer value) {
            return set(TOP_K_LORA, value);
        }

        /** Weight of every expert in the first pass. Default 0. */
        public Builder optScalingPassValue(double value) {
            return set(SCALING_PASS_VALUE, value);
        }

        /** Factor on all experts. Default 1. */
        public Builder optGlobalScalingWeight(double value) {
            return set(GLOBAL_SCALING_WEIGHT, value);
        }

        /** Whether each adapted layer gets weights of its own. Default false. */
        public Builder optLayerwiseScalings(boolean value) {
            return set(LAYERWISE_SCALINGS, value);
        }

        /** How many linear layers the classifier has. Default 1. */
        public Builder optXloraDepth(int value) {
            return set(XLORA_DEPTH, value);
        }

        /** Width between the classifier's layers. Default 2048. */
        public Builder optXloraSize(int value) {
            return set(XLORA_SIZE, value);
        }

        /** Dropout between the classifier's layers. Default 0.2. */
        public Builder optXloraDropoutP(double value) {
            return set(XLORA_DROPOUT_P, value);
        }

        /** Whether the experts are trained too. Default false. */
        public Builder optUseTrainableAdapters(boolean value) {
            return set(USE_TRAINABLE_ADAPTERS, value);
        }
    }
}
