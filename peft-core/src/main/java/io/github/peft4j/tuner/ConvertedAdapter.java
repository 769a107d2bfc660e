package io.github.peft4j.tuner;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftConfig;
import java.util.Map;

/**
 * An adapter in another form, to be saved.
 *
 * @param config says what the tensors are now
 * @param tensors by key, those that changed; all others are saved as they are
 */
public record ConvertedAdapter<C extends PeftConfig>(C config, Map<String, NDArray> tensors) {

    /** Copies the map. */
    public ConvertedAdapter {
        tensors = ImmutableMap.copyOf(tensors);
    }
}
