package io.github.peft4j.model;

import ai.djl.ndarray.types.DataType;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoint that a model was loaded from, for whoever writes another one like it.
 *
 * @param directory config.json, *.safetensors and the tokenizer's files
 * @param config config.json as it acts, as JSON values
 * @param types the types of the tensors in their file, by the model's name for them
 */
public record CheckpointOrigin(
        Path directory, Map<String, @Nullable Object> config, Map<String, DataType> types) {}
