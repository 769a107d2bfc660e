package io.github.peft4j.tuner.xlora;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.json.JsonValues;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of X-LoRA.
 *
 * @param common the fields that all methods share
 * @param hiddenSize size H of the base's hidden states; default 4096, with a warning
 * @param adapters directories of the LoRA experts by name; the names are {@code 0}, {@code 1}, ...
 *     as PEFT requires; default none, with a warning
 * @param weighting how the classifier's scores become weights
 * @param classifier how the classifier is built
 * @param useTrainableAdapters whether the experts are trained too; default false
 * @see <a href="https://arxiv.org/abs/2402.07148">Buehler and Buehler 2024</a>
 */
public record XLoraConfig(
        CommonFields common,
        int hiddenSize,
        ImmutableMap<String, String> adapters,
        XLoraWeighting weighting,
        XLoraClassifierShape classifier,
        boolean useTrainableAdapters)
        implements PeftConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("XLORA");

    /** Where the hidden size is not given. */
    static final int DEFAULT_HIDDEN_SIZE = 4096;

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if the hidden size is not positive
     */
    public XLoraConfig {
        Preconditions.checkArgument(
                hiddenSize > 0,
                "hidden_size is %s; it must be positive: the size of the base's hidden states.",
                hiddenSize);
    }

    /** A builder with PEFT's defaults. */
    public static XLoraConfigBuilder builder() {
        return new XLoraConfigBuilder();
    }

    static XLoraConfig read(ConfigReader json) {
        return builder().overlay(json).build(json::warn);
    }

    /** A builder with the values of this config. */
    public XLoraConfigBuilder toBuilder() {
        return builder()
                .optCommon(common)
                .optHiddenSize(hiddenSize)
                .optAdapters(adapters)
                .weighting(weighting)
                .classifier(classifier)
                .optUseTrainableAdapters(useTrainableAdapters);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public XLoraConfig withCommon(CommonFields value) {
        return new XLoraConfig(
                value, hiddenSize, adapters, weighting, classifier, useTrainableAdapters);
    }

    private XLoraConfig withAdapters(ImmutableMap<String, String> value) {
        return new XLoraConfig(
                common, hiddenSize, value, weighting, classifier, useTrainableAdapters);
    }

    /** Experts lie in sub-folders of the directory where they were saved together. */
    @Override
    public XLoraConfig locatedIn(Path directory) {
        ImmutableMap.Builder<String, String> located = ImmutableMap.builder();
        adapters.forEach(
                (name, path) -> {
                    Path below = directory.resolve(path);
                    located.put(name, Files.isDirectory(below) ? below.toString() : path);
                });
        return withAdapters(located.buildOrThrow());
    }

    /** This config as it is saved: each expert in a sub-folder of its name. */
    XLoraConfig withExpertsBelow() {
        ImmutableMap.Builder<String, String> below = ImmutableMap.builder();
        adapters.keySet().forEach(name -> below.put(name, name));
        return withAdapters(below.buildOrThrow());
    }

    /** What is allowed but odd, as PEFT warns about it. */
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        if (weighting.enableSoftmaxTopk() && weighting.topKLora() == null) {
            warnings.add(
                    "enable_softmax_topk is on but top_k_lora is not set, so it only repeats the"
                            + " softmax. Set top_k_lora.");
        }
        if (weighting.enableSoftmaxTopk() && weighting.enableSoftmax()) {
            warnings.add(
                    "enable_softmax_topk and enable_softmax are both on: two softmax in a row make"
                            + " the weights nearly equal. Switch one off.");
        }
        Integer topK = weighting.topKLora();
        if (topK != null && topK < 1) {
            warnings.add("top_k_lora is " + topK + "; it must be at least 1 for experts to act.");
        }
        return warnings;
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        json.put("hidden_size", hiddenSize);
        json.put("adapters", adapters);
        json.put("use_trainable_adapters", useTrainableAdapters);
        weighting.putInto(json);
        classifier.putInto(json);
        return JsonValues.freezeObject(json);
    }
}
