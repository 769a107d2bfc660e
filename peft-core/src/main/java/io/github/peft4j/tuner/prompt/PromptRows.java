package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;

/** Makes the embeddings of the virtual tokens of a call. */
@FunctionalInterface
public interface PromptRows {

    /** Rows [n, H], the same for each text, or [B, n, H]. */
    NDArray of(AdapterPass pass, ModelInput input);
}
