package io.github.peft4j.transformers.family;

import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.Set;

/** One family of transformers: what it builds for a config and a head. */
public interface Family {

    /** Values of {@code model_type} that this family reads. */
    Set<String> modelTypes();

    /** What transformers has for this family. */
    Set<AutoClass> heads();

    /** The config with what this family's own defaults say of its labels. */
    default PretrainedConfig completed(PretrainedConfig config) {
        return config;
    }

    /**
     * The layers and the head.
     *
     * @param config completed
     * @param head one of {@link #heads}
     * @param keys what the checkpoint holds, for parts that are there only if the file has them
     */
    FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys);
}
