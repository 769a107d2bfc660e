package io.github.peft4j.transformers.family;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Module;
import java.util.LinkedHashMap;
import java.util.Map;

/** Hidden states as they are: {@code AutoModel} in transformers. */
public final class NoHead implements Head {

    /** Creates one. */
    public NoHead() {}

    @Override
    public Map<String, Module> modules() {
        return ImmutableMap.of();
    }

    @Override
    public RequiredPositions requiredPositions(ModelInput input) {
        return RequiredPositions.ALL;
    }

    @Override
    public Map<String, NDArray> forward(
            AdapterPass pass, Backbone.Output hidden, ModelInput input) {
        Map<String, NDArray> fields = new LinkedHashMap<>();
        fields.put(ModelOutput.LAST_HIDDEN_STATE, hidden.last());
        NDArray pooled = hidden.pooled();
        if (pooled != null) {
            fields.put(ModelOutput.POOLER_OUTPUT, pooled);
        }
        return fields;
    }
}
