package io.github.peft4j.transformers;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.TaskType;
import io.github.peft4j.transformers.head.Head;
import org.jspecify.annotations.Nullable;

/** One family of transformers: what it builds for a config and a task. */
public interface Family {

    /** Values of {@code model_type} that this family reads. */
    ImmutableSet<String> modelTypes();

    /** Tasks that this family has heads for; null stands for the layers alone. */
    boolean supports(@Nullable TaskType task);

    /**
     * The layers and the head.
     *
     * @param task a supported one
     * @param keys what the checkpoint holds, for parts that are there only if the file has them
     */
    Parts create(PretrainedConfig config, @Nullable TaskType task, CheckpointKeys keys);

    /**
     * What a family made.
     *
     * @param className name of the Python class
     * @param library Python module of that class
     * @param prefix module name of the layers in a model with a head, e.g. {@code bert}
     * @param bare whether the layers stand at the top, without that prefix
     * @param inputEmbedding path of the token embedding below the layers
     * @param outputEmbedding full path of the layer that makes vocabulary scores, or null
     * @param initializerRange standard deviation of fresh weights
     */
    record Parts(
            String className,
            String library,
            String prefix,
            boolean bare,
            Backbone backbone,
            Head head,
            String inputEmbedding,
            @Nullable String outputEmbedding,
            double initializerRange) {}
}
