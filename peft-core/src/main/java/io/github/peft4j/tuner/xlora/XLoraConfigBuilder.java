package io.github.peft4j.tuner.xlora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftConfigBuilder;
import io.github.peft4j.json.JsonType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds an {@link XLoraConfig}; every option has PEFT's default. */
public final class XLoraConfigBuilder extends PeftConfigBuilder<XLoraConfigBuilder> {

    private static final Logger LOG = LoggerFactory.getLogger(XLoraConfig.class);

    private @Nullable Integer hiddenSize;
    private @Nullable Map<String, String> adapters;
    private boolean enableSoftmax = true;
    private boolean enableSoftmaxTopk;
    private Number softmaxTemperature = 1.0;
    private @Nullable Integer topKLora;
    private Number scalingPassValue = 0.0;
    private Number globalScalingWeight = 1.0;
    private boolean layerwiseScalings;
    private int xloraDepth = 1;
    private int xloraSize = 2048;
    private Number xloraDropoutP = 0.2;
    private boolean useTrainableAdapters;

    XLoraConfigBuilder() {}

    @Override
    protected XLoraConfigBuilder self() {
        return this;
    }

    @Override
    protected XLoraConfigBuilder overlay(ConfigReader json) {
        json.readNullable("hidden_size", JsonType.INTEGER, value -> hiddenSize = value);
        json.readNullable("adapters", JsonType.OBJECT, value -> adapters = paths(value));
        json.read("enable_softmax", JsonType.FLAG, this::optEnableSoftmax);
        json.read("enable_softmax_topk", JsonType.FLAG, this::optEnableSoftmaxTopk);
        json.read("softmax_temperature", JsonType.NUMBER, this::optSoftmaxTemperature);
        json.readNullable("top_k_lora", JsonType.INTEGER, this::optTopKLora);
        json.read("scaling_pass_value", JsonType.NUMBER, this::optScalingPassValue);
        json.read("global_scaling_weight", JsonType.NUMBER, this::optGlobalScalingWeight);
        json.read("layerwise_scalings", JsonType.FLAG, this::optLayerwiseScalings);
        json.read("xlora_depth", JsonType.INTEGER, this::optXloraDepth);
        json.read("xlora_size", JsonType.INTEGER, this::optXloraSize);
        json.read("xlora_dropout_p", JsonType.NUMBER, this::optXloraDropoutP);
        json.read("use_trainable_adapters", JsonType.FLAG, this::optUseTrainableAdapters);
        return super.overlay(json);
    }

    private static @Nullable Map<String, String> paths(
            @Nullable Map<String, @Nullable Object> json) {
        if (json == null) {
            return null;
        }
        Map<String, String> paths = new LinkedHashMap<>();
        json.forEach((name, path) -> paths.put(name, JsonType.STRING.convert("adapters", path)));
        return paths;
    }

    /** All options of the weights at once. */
    XLoraConfigBuilder weighting(XLoraWeighting value) {
        return optEnableSoftmax(value.enableSoftmax())
                .optEnableSoftmaxTopk(value.enableSoftmaxTopk())
                .optSoftmaxTemperature(value.softmaxTemperature())
                .optTopKLora(value.topKLora())
                .optScalingPassValue(value.scalingPassValue())
                .optGlobalScalingWeight(value.globalScalingWeight());
    }

    /** All options of the classifier at once. */
    XLoraConfigBuilder classifier(XLoraClassifierShape value) {
        return optLayerwiseScalings(value.layerwiseScalings())
                .optXloraDepth(value.xloraDepth())
                .optXloraSize(value.xloraSize())
                .optXloraDropoutP(value.xloraDropoutP());
    }

    /** Size of the base's hidden states. Default 4096, with a warning. */
    public XLoraConfigBuilder optHiddenSize(int value) {
        hiddenSize = value;
        return this;
    }

    /** Directories of the LoRA experts by the names {@code 0}, {@code 1}, ... */
    public XLoraConfigBuilder optAdapters(Map<String, String> value) {
        adapters = value;
        return this;
    }

    /** Whether the weights are a softmax of the scores. Default true. */
    public XLoraConfigBuilder optEnableSoftmax(boolean value) {
        enableSoftmax = value;
        return this;
    }

    /** Whether a softmax follows the choice of the top k. Default false. */
    public XLoraConfigBuilder optEnableSoftmaxTopk(boolean value) {
        enableSoftmaxTopk = value;
        return this;
    }

    /** By which scores are divided before the softmax. Default 1. */
    public XLoraConfigBuilder optSoftmaxTemperature(Number value) {
        softmaxTemperature = value;
        return this;
    }

    /** How many experts act at a token. Default null: all. */
    public XLoraConfigBuilder optTopKLora(@Nullable Integer value) {
        topKLora = value;
        return this;
    }

    /** Weight of every expert in the first pass. Default 0. */
    public XLoraConfigBuilder optScalingPassValue(Number value) {
        scalingPassValue = value;
        return this;
    }

    /** Factor on all experts. Default 1. */
    public XLoraConfigBuilder optGlobalScalingWeight(Number value) {
        globalScalingWeight = value;
        return this;
    }

    /** Whether each adapted layer gets weights of its own. Default false. */
    public XLoraConfigBuilder optLayerwiseScalings(boolean value) {
        layerwiseScalings = value;
        return this;
    }

    /** How many linear layers the classifier has. Default 1. */
    public XLoraConfigBuilder optXloraDepth(int value) {
        xloraDepth = value;
        return this;
    }

    /** Width between the classifier's layers. Default 2048. */
    public XLoraConfigBuilder optXloraSize(int value) {
        xloraSize = value;
        return this;
    }

    /** Dropout between the classifier's layers. Default 0.2. */
    public XLoraConfigBuilder optXloraDropoutP(Number value) {
        xloraDropoutP = value;
        return this;
    }

    /** Whether the experts are trained too. Default false. */
    public XLoraConfigBuilder optUseTrainableAdapters(boolean value) {
        useTrainableAdapters = value;
        return this;
    }

    /**
     * Builds the config and logs what is odd.
     *
     * @throws IllegalArgumentException if an option is wrong
     */
    public XLoraConfig build() {
        return build(LOG::warn);
    }

    XLoraConfig build(Consumer<String> warn) {
        if (hiddenSize == null) {
            warn.accept(
                    "hidden_size is not set and becomes "
                            + XLoraConfig.DEFAULT_HIDDEN_SIZE
                            + ". Set it to the size of the base's hidden states.");
        }
        if (adapters == null) {
            warn.accept("adapters is not set and becomes empty. Name the experts' directories.");
        }
        XLoraConfig config =
                new XLoraConfig(
                        common(),
                        hiddenSize == null ? XLoraConfig.DEFAULT_HIDDEN_SIZE : hiddenSize,
                        adapters == null ? ImmutableMap.of() : ImmutableMap.copyOf(adapters),
                        new XLoraWeighting(
                                enableSoftmax,
                                enableSoftmaxTopk,
                                softmaxTemperature,
                                topKLora,
                                scalingPassValue,
                                globalScalingWeight),
                        new XLoraClassifierShape(
                                layerwiseScalings, xloraDepth, xloraSize, xloraDropoutP),
                        useTrainableAdapters);
        config.warnings().forEach(warn);
        return config;
    }
}
