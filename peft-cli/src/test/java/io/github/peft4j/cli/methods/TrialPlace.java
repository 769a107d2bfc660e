package io.github.peft4j.cli.methods;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.ModelInput;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a method is tried.
 *
 * @param base a small model
 * @param task what the adapter is made for, or null
 * @param layer path of the layer that is selected
 * @param input something to call the model with
 */
record TrialPlace(
        BaseModel base,
        @Nullable TaskType task,
        String layer,
        Function<NDManager, ModelInput> input) {

    TrialPlace withoutTask() {
        return new TrialPlace(base, null, layer, input);
    }
}
