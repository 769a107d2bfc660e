package io.github.peft4j.transformers.family;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Module;
import java.util.Map;

/** Turns hidden states into scores, and scores and labels into a loss. */
public interface Head {

    /** The head's modules by checkpoint name; empty for a model without a head. */
    Map<String, Module> modules();

    /** Arrays at the model's top that never train, by checkpoint name. */
    default Map<String, Parameter> buffers() {
        return ImmutableMap.of();
    }

    /** Which positions of the last layer the head reads. */
    RequiredPositions requiredPositions(ModelInput input);

    /** The outputs by field name, loss first if the input has labels. */
    Map<String, NDArray> forward(AdapterPass pass, Backbone.Output hidden, ModelInput input);
}
