package io.github.peft4j.examples.conformance;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.LoadAdapterOptions;
import io.github.peft4j.MergedModel;
import io.github.peft4j.ParameterCount;
import io.github.peft4j.PeftConfig;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.UnsupportedFeatureException;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One adapter that Python saved: what it loads as, what it computes active, disabled and merged, its
 * gradients, and where SGD and AdamW take it.
 *
 * @param write folder to save the adapter into again, or null
 */
record AdapterCase(String name, Path folder, BaseModels models, @Nullable Path write)
        implements ConformanceCase {

    private static final ImmutableSet<String> CHECKS =
            ImmutableSet.of("forward", "base", "merged", "grad", "sgd", "adamw");

    @Override
    public double run() throws Exception {
        JsonObject description = ExpectedFile.json(folder.resolve("case.json"));
        for (JsonElement check : description.getAsJsonArray("checks")) {
            if (!CHECKS.contains(check.getAsString())) {
                throw new UnsupportedFeatureException(
                        "The check '" + check.getAsString() + "' is not available in this version.");
            }
        }
        PeftConfig config = PeftConfig.fromPretrained(folder);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                BaseModels.Loaded base = models.load(description)) {
            ExpectedFile expected =
                    ExpectedFile.read(manager, folder.resolve("expected.safetensors"));
            Comparison comparison = new Comparison(description);
            ModelInput input = ModelInput.of(expected.startingWith("in."));
            try (PeftModel model = load(base)) {
                identity(model, description);
                compare("out.", model.forward(input), expected, comparison);
                disabled(model, input, expected, comparison);
                merged(model, input, expected, comparison);
                if (write != null) {
                    save(model, input, write);
                }
            }
            StartValues.check(base.model(), config, expected);
            new TrainingChecks(description, expected, comparison).run(() -> load(base), input);
            return comparison.worst();
        }
    }

    private PeftModel load(BaseModels.Loaded base) throws IOException {
        LoadAdapterOptions options = LoadAdapterOptions.builder().optTrainable(true).build();
        return PeftModels.fromPretrained(
                base.model(), folder, PeftModel.DEFAULT_ADAPTER, options);
    }

    private static void identity(PeftModel model, JsonObject description) throws CaseFailure {
        String wrapper = description.get("wrapper").getAsString();
        equal("wrapper class", model.getClass().getSimpleName(), wrapper);
        ImmutableSortedSet.Builder<String> keys = ImmutableSortedSet.naturalOrder();
        description
                .getAsJsonArray("trainable_keys")
                .forEach(key -> keys.add(key.getAsString()));
        equal(
                "trained tensors",
                ImmutableSortedSet.copyOf(model.trainableTensors().keySet()),
                keys.build());
        ParameterCount wanted =
                new ParameterCount(
                        description.get("trainable_parameters").getAsLong(),
                        description.get("all_parameters").getAsLong());
        equal("parameters", model.trainableParameters(), wanted);
    }

    private static void disabled(
            PeftModel model, ModelInput input, ExpectedFile expected, Comparison comparison)
            throws CaseFailure {
        try (DisabledAdapters off = model.disableAdapter()) {
            compare("base.", model.forward(input), expected, comparison);
        }
    }

    private static void merged(
            PeftModel model, ModelInput input, ExpectedFile expected, Comparison comparison)
            throws CaseFailure {
        Map<String, NDArray> weights = expected.startingWith("merged_weight.");
        if (weights.isEmpty() && expected.startingWith("merged.").isEmpty()) {
            return;
        }
        try (MergedModel merged = model.mergeAndUnload()) {
            compare("merged.", merged.forward(input), expected, comparison);
            for (Map.Entry<String, NDArray> entry : weights.entrySet()) {
                Parameter parameter = merged.parameters().get(entry.getKey());
                if (parameter == null) {
                    throw new CaseFailure("There is no parameter " + entry.getKey());
                }
                comparison.compare(
                        "merged_weight." + entry.getKey(), parameter.getArray(), entry.getValue());
            }
        }
    }

    static void compare(
            String start, ModelOutput output, ExpectedFile expected, Comparison comparison)
            throws CaseFailure {
        for (Map.Entry<String, NDArray> entry : expected.startingWith(start).entrySet()) {
            NDArray ours =
                    output.get(entry.getKey())
                            .orElseThrow(() -> new CaseFailure(start + entry.getKey() + " missing"));
            if (!comparison.isUnstable(start + entry.getKey())) {
                comparison.compare(start + entry.getKey(), ours, entry.getValue());
            }
        }
    }

    static void equal(String what, Object ours, Object theirs) throws CaseFailure {
        if (!ours.equals(theirs)) {
            throw new CaseFailure(what + ": " + ours + ", Python has " + theirs);
        }
    }

    private void save(PeftModel model, ModelInput input, Path root) throws IOException {
        Path target = root.resolve(String.valueOf(folder.getFileName()));
        model.savePretrained(target);
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        input.arrays().forEach((name, array) -> arrays.put("in." + name, array));
        model.forward(input).arrays().forEach((name, array) -> arrays.put("out." + name, array));
        SafetensorsWriter.writeArrays(target.resolve("java.safetensors"), arrays, Map.of());
    }
}
