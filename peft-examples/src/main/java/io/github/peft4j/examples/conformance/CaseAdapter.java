package io.github.peft4j.examples.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.LoadAdapterOptions;
import io.github.peft4j.PeftConfig;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.io.Checkpoint;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.ops.Gradients;
import io.github.peft4j.ops.InPlace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The adapter of a case, ready to train: loaded from its file, or, where the file lacks what trains
 * (a prompt's encoder), made anew and given the tensors {@code init.*} of the case beside those of
 * the file.
 *
 * @param starts values of tensors that the file lacks, by key; empty if it has all
 */
record CaseAdapter(
        BaseModel base, Path folder, PeftConfig config, ImmutableMap<String, NDArray> starts) {

    static CaseAdapter of(
            BaseModel base,
            Path folder,
            PeftConfig config,
            JsonObject description,
            ExpectedFile expected)
            throws IOException {
        Map<String, NDArray> starts = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder)) {
            ImmutableSet<String> saved = ImmutableSet.copyOf(checkpoint.names());
            for (JsonElement key : description.getAsJsonArray("trainable_keys")) {
                NDArray start = expected.tensors().get("init." + key.getAsString());
                if (start != null && !saved.contains(key.getAsString())) {
                    starts.put(key.getAsString(), start);
                }
            }
        }
        return new CaseAdapter(base, folder, config, ImmutableMap.copyOf(starts));
    }

    /** Whether the file is enough to train on. */
    boolean isWholeInFile() {
        return starts.isEmpty();
    }

    PeftModel load() throws IOException {
        if (isWholeInFile()) {
            LoadAdapterOptions options = LoadAdapterOptions.builder().optTrainable(true).build();
            return PeftModels.fromPretrained(
                    base.block(), folder, PeftModel.DEFAULT_ADAPTER, options);
        }
        PeftConfig fresh = config.withCommon(config.common().withInferenceMode(false));
        PeftModel model = PeftModels.getPeftModel(base.block(), fresh);
        try {
            fill(model.adapter(PeftModel.DEFAULT_ADAPTER).tensors());
            return model;
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private void fill(ImmutableMap<String, Parameter> tensors) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder);
                NDManager scratch = NDManager.newBaseManager("PyTorch");
                Gradients off = Gradients.off()) {
            for (Map.Entry<String, Parameter> tensor : tensors.entrySet()) {
                NDArray value = starts.get(tensor.getKey());
                if (value == null && checkpoint.names().contains(tensor.getKey())) {
                    value = checkpoint.load(scratch, tensor.getKey());
                }
                if (value != null) {
                    InPlace.copy(tensor.getValue().getArray(), value);
                }
            }
        }
    }

    PeftModel loadForPrediction() throws IOException {
        return PeftModels.fromPretrained(base.block(), folder);
    }
}
