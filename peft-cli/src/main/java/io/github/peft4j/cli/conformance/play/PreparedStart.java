package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import com.google.gson.JsonObject;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.calibrate.LoraCalibration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The config of a case, after what Python did before it made the adapter. */
final class PreparedStart {

    private PreparedStart() {}

    /**
     * The config to begin with.
     *
     * @param saved that of the adapter's file, in which what Python did has left its traces
     */
    static PeftConfig of(
            BaseModel base, PeftConfig saved, JsonObject description, ModelInput input) {
        if (!description.has("prepare")) {
            return saved.withInferenceMode(false);
        }
        PeftConfig given = PeftConfig.fromJson(description.get("config").toString());
        return LoraCalibration.of(base.block())
                .build()
                .calibrate((LoraConfig) given, batches(description, input));
    }

    /** Python's script gave CorDA one text at a time, and EVA the batch twice. */
    private static ImmutableList<ModelInput> batches(JsonObject description, ModelInput input) {
        if (!description.get("prepare").getAsString().equals("corda")) {
            return ImmutableList.of(input);
        }
        NDArray first = input.arrays().values().iterator().next();
        ImmutableList.Builder<ModelInput> texts = ImmutableList.builder();
        for (long row = 0; row < first.getShape().get(0); row++) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            String one = row + ":" + (row + 1);
            input.arrays().forEach((name, array) -> arrays.put(name, array.get(one)));
            texts.add(ModelInput.of(arrays));
        }
        return texts.build();
    }
}
