package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.set.FileTensor;
import io.github.peft4j.model.ModelInput;
import java.util.Map;

/** Makes the embeddings of the virtual tokens of a call. */
@FunctionalInterface
public interface PromptRows {

    /** The prompt's key in a file. */
    String KEY = "prompt_embeddings";

    /** Rows [n, H], the same for each text, or [B, n, H]. */
    NDArray of(AdapterPass pass, ModelInput input);

    /** Its tensors that a file holds unchanged, by key. */
    default Map<String, Parameter> parameters() {
        return ImmutableMap.of();
    }

    /** All that a file holds of it, by key. */
    default Map<String, FileTensor> fileTensors() {
        return Maps.transformValues(parameters(), FileTensor::required);
    }
}
