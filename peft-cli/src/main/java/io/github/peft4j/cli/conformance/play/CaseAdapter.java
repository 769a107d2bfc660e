package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.LoadAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The adapter of a case, ready to train, whose tensors {@code init.*} take the place of what its
 * file lacks. Where the file holds what an encoder made of trained tensors, and not these, the
 * adapter is made anew: it cannot be loaded for training.
 *
 * @param starts values of trained tensors that the file lacks, by key
 * @param encoded whether the file holds what an encoder made of them
 */
public record CaseAdapter(
        BaseModel base,
        Path folder,
        PeftConfig config,
        ImmutableMap<String, NDArray> starts,
        boolean encoded) {

    private static final String FROM_FILE = "from_file";

    public static CaseAdapter of(
            BaseModel base,
            Path folder,
            PeftConfig config,
            JsonObject description,
            ExpectedFile expected)
            throws IOException {
        Map<String, NDArray> starts = new LinkedHashMap<>();
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder)) {
            Set<String> made = new HashSet<>(checkpoint.names());
            for (JsonElement trained : description.getAsJsonArray("trainable_keys")) {
                String key = trained.getAsString();
                NDArray start = expected.tensors().get("init." + key);
                if (!made.remove(key) && start != null) {
                    starts.put(key, start);
                }
            }
            boolean encoded = !starts.isEmpty() && !made.isEmpty();
            return new CaseAdapter(base, folder, config, ImmutableMap.copyOf(starts), encoded);
        }
    }

    public PeftModel load() throws IOException {
        if (!encoded || config instanceof LayerConfig) { // what acts in layers can always train
            LoadAdapterOptions options = LoadAdapterOptions.builder().optTrainable(true).build();
            PeftModel model =
                    PeftModels.fromPretrained(
                            base.block(), folder, PeftModel.DEFAULT_ADAPTER, options);
            fill(model, starts.keySet());
            return model;
        }
        PeftConfig fresh = config.withInferenceMode(false);
        PeftModel model = PeftModels.fromPretrained(base.block(), folder, FROM_FILE);
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder);
                NDManager scratch = Engines.newManager();
                Gradients off = Gradients.off()) {
            model.addAdapter(PeftModel.DEFAULT_ADAPTER, fresh);
            model.setAdapter(PeftModel.DEFAULT_ADAPTER);
            model.deleteAdapter(FROM_FILE);
            fill(model, starts.keySet());
            Map<String, Parameter> tensors = model.adapter(PeftModel.DEFAULT_ADAPTER).tensors();
            for (String key : checkpoint.names()) {
                Parameter head = tensors.get(key);
                if (head != null) {
                    TensorOps.copy(head.getArray(), checkpoint.load(scratch, key));
                }
            }
            return model;
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private void fill(PeftModel model, Iterable<String> keys) {
        try (Gradients off = Gradients.off()) {
            for (String key : keys) {
                NDArray value = starts.get(key);
                Parameter target = model.adapter(PeftModel.DEFAULT_ADAPTER).tensors().get(key);
                if (value != null && target != null) {
                    TensorOps.copy(target.getArray(), value);
                }
            }
        }
    }

    public PeftModel loadForPrediction() throws IOException {
        return PeftModels.fromPretrained(base.block(), folder);
    }
}
