package io.github.peft4j.model;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What tuners and files need to know of a model besides its layers.
 *
 * @param className class that Python has for it ({@code BertForSequenceClassification}), or the
 *     block's own class name
 * @param library Python module of that class, or the block's package; both go into {@code
 *     auto_mapping} when an adapter has no task type
 * @param nameOrPath where the checkpoint came from, or null
 * @param modelType {@code model_type} of config.json, or null for a plain block
 * @param outputEmbedding path of the layer that turns hidden states into vocabulary scores, or null
 * @param inputEmbedding path of the token embedding, or null
 * @param config config.json as plain values; empty for a plain block
 */
public record ModelInfo(
        String className,
        String library,
        @Nullable String nameOrPath,
        @Nullable String modelType,
        @Nullable String outputEmbedding,
        @Nullable String inputEmbedding,
        Map<String, Object> config) {

    /** Copies the collections. */
    public ModelInfo {
        config = ImmutableMap.copyOf(config);
    }
}
