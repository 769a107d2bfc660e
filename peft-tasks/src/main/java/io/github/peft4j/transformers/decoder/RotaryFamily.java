package io.github.peft4j.transformers.decoder;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.family.FamilyParts;
import io.github.peft4j.transformers.part.Rope;
import java.util.Set;

/**
 * A family of Llama's shape: rotary positions, grouped heads, gated feed-forward layers, RMS norms.
 * A subclass states its names and the defaults of its config, and overrides where it differs.
 */
public abstract class RotaryFamily implements Family {

    private final String modelType;
    private final DecoderHeads names;
    private final ImmutableMap<String, Object> defaults;

    /**
     * A family without changes to Llama's layers.
     *
     * @param modelType value of {@code model_type}
     * @param names of its classes and modules, and its heads
     * @param defaults of config.json, where they are not those of {@link DecoderConfig}
     */
    protected RotaryFamily(
            String modelType, DecoderHeads names, ImmutableMap<String, Object> defaults) {
        this.modelType = modelType;
        this.names = names;
        this.defaults = defaults;
    }

    @Override
    public final Set<String> modelTypes() {
        return ImmutableSet.of(modelType);
    }

    @Override
    public final Set<AutoClass> heads() {
        return names.heads();
    }

    @Override
    public final FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        PretrainedConfig full = checked(config.withDefaults(defaults));
        DecoderConfig sizes = DecoderConfig.from(full);
        AttentionConfig.Builder plain = AttentionConfig.builder(full, sizes);
        AttentionConfig attention = attention(plain, full, sizes).build();
        Rope rope = Rope.from(full, attention.headSize(), 10000, 1);
        RotaryDecoder layers = layers(full, sizes, attention, rope);
        return HeadedDecoder.of(names, full, layers, sizes)
                .withSoftCap(softCap(full))
                .parts(head, keys)
                .build();
    }

    /** The config, refused or corrected; unchanged by default. */
    protected PretrainedConfig checked(PretrainedConfig config) {
        return config;
    }

    /** What attention does differently; by default nothing. */
    protected AttentionConfig.Builder attention(
            AttentionConfig.Builder plain, PretrainedConfig config, DecoderConfig sizes) {
        return plain;
    }

    /** The layers; by default Llama's without biases in the feed-forward part. */
    protected RotaryDecoder layers(
            PretrainedConfig config, DecoderConfig sizes, AttentionConfig attention, Rope rope) {
        return RotaryDecoder.plain(sizes, attention, rope, false);
    }

    /** Bound on the scores of the vocabulary; by default 0, which is none. */
    protected double softCap(PretrainedConfig config) {
        return 0;
    }
}
