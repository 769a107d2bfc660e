package io.github.peft4j.tuner.oft;

import io.github.peft4j.config.BiasOption;
import io.github.peft4j.config.CommonFields;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.config.TargetedConfig;
import io.github.peft4j.json.JsonValues;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The config of OFT.
 *
 * @param common the fields that all methods share
 * @param targets which modules are adapted or saved whole
 * @param blocks how the input is cut into blocks; default blocks of 32
 * @param rotation how a block's rotation is made
 * @param moduleDropout kept for files; PEFT reads it and never applies it; default 0
 * @param fanInFanOut whether the base weight is stored as [in, out]; corrected by the layers;
 *     default false
 * @param bias which biases of the base are trained along; default none
 * @param initWeights whether the adapter starts as the identity; if not, near it; default true
 * @see <a href="https://arxiv.org/abs/2306.07280">Qiu et al. 2023</a>
 */
public record OFTConfig(
        CommonFields common,
        TargetModules targets,
        OFTBlocks blocks,
        OFTRotationOptions rotation,
        Number moduleDropout,
        boolean fanInFanOut,
        BiasOption bias,
        boolean initWeights)
        implements TargetedConfig {

    /** The method. */
    public static final PeftType TYPE = PeftType.of("OFT");

    /**
     * Checks the targets.
     *
     * @throws IllegalArgumentException if they contradict each other
     */
    public OFTConfig {
        targets.refusePatternWithoutLayers();
        moduleDropout = JsonValues.freezeNumber(moduleDropout);
    }

    /** A builder with PEFT's defaults. */
    public static OFTConfigBuilder builder() {
        return new OFTConfigBuilder();
    }

    /** A builder with the values of this config. */
    public OFTConfigBuilder toBuilder() {
        return new OFTConfigBuilder()
                .optCommon(common)
                .optTargets(targets)
                .blocks(blocks)
                .optRotation(rotation)
                .dropout(moduleDropout)
                .optFanInFanOut(fanInFanOut)
                .optBias(bias)
                .optInitWeights(initWeights);
    }

    @Override
    public PeftType peftType() {
        return TYPE;
    }

    @Override
    public OFTConfig withCommon(CommonFields value) {
        return toBuilder().optCommon(value).build();
    }

    @Override
    public OFTConfig withTargets(TargetModules value) {
        return toBuilder().optTargets(value).build();
    }

    @Override
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> json = new TreeMap<>();
        json.put("peft_type", TYPE.name());
        common.putInto(json);
        targets.putInto(json);
        json.put("r", (long) blocks.r());
        json.put("oft_block_size", (long) blocks.oftBlockSize());
        rotation.putInto(json);
        json.put("module_dropout", moduleDropout);
        json.put("fan_in_fan_out", fanInFanOut);
        json.put("bias", bias.jsonName());
        json.put("init_weights", initWeights);
        return JsonValues.freezeObject(json);
    }
}
