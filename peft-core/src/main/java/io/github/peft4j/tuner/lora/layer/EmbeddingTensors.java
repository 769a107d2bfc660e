package io.github.peft4j.tuner.lora.layer;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import java.util.Map;

/**
 * What LoRA owns at an embedding.
 *
 * @param a [r, rows]
 * @param b [dim, r]
 * @param scaling factor s on what is added
 */
public record EmbeddingTensors(Parameter a, Parameter b, double scaling) {

    /** The tensors by their name in the file, where none of them ends in {@code .weight}. */
    public Map<String, Parameter> byName() {
        return ImmutableMap.of("lora_embedding_A", a, "lora_embedding_B", b);
    }
}
