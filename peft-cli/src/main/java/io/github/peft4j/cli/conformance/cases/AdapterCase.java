package io.github.peft4j.cli.conformance.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.cli.conformance.play.BaseOutputs;
import io.github.peft4j.cli.conformance.play.CaseAdapter;
import io.github.peft4j.cli.conformance.play.ConvertedFolder;
import io.github.peft4j.cli.conformance.play.EachRow;
import io.github.peft4j.cli.conformance.play.GenerateCheck;
import io.github.peft4j.cli.conformance.play.OwnFolder;
import io.github.peft4j.cli.conformance.play.StartValues;
import io.github.peft4j.cli.conformance.play.TrainingChecks;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ParameterCount;
import io.github.peft4j.store.SaveAdapterOptions;
import io.github.peft4j.task.generate.Generator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One adapter that Python saved: what it loads as, what it computes active, disabled and merged,
 * its gradients, and where SGD and AdamW take it.
 *
 * @param write folder to save the adapter into again, or null
 */
record AdapterCase(String name, Path folder, BaseModels models, @Nullable Path write)
        implements ConformanceCase {

    /** The checks of this version, and how the names of their tensors begin. */
    private static final ImmutableMap<String, String> CHECKS =
            ImmutableMap.of(
                    "forward", "out.",
                    "base", "base.",
                    "merged", "merged",
                    "grad", "grad.",
                    "sgd", "sgd.",
                    "adamw", "adamw.",
                    "generate", "gen.");

    @Override
    public double run() throws Exception {
        JsonObject description = ExpectedFile.json(folder.resolve("case.json"));
        for (JsonElement check : description.getAsJsonArray("checks")) {
            if (!CHECKS.containsKey(check.getAsString())) {
                throw new UnsupportedFeatureException(
                        "The check '"
                                + check.getAsString()
                                + "' is not available in this version.");
            }
        }
        PeftConfig config = PeftConfig.fromPretrained(folder);
        try (NDManager manager = Engines.newManager();
                BaseModels.Loaded base = models.load(description)) {
            ExpectedFile expected =
                    ExpectedFile.read(manager, folder.resolve("expected.safetensors"));
            for (JsonElement check : description.getAsJsonArray("checks")) {
                String start = String.valueOf(CHECKS.get(check.getAsString()));
                if (expected.startingWith(start).isEmpty()) {
                    throw new CaseFailure("there are no tensors " + start + "* to compare with");
                }
            }
            ModelInput input = input(expected);
            try (OwnFolder own = OwnFolder.of(folder, config, expected)) {
                if (!own.isWhole()) {
                    reloaded(base.model(), description, input, expected);
                }
                return play(base.model(), own, description, input, expected);
            }
        }
    }

    private double play(
            BaseModel base,
            OwnFolder own,
            JsonObject description,
            ModelInput input,
            ExpectedFile expected)
            throws Exception {
        PeftConfig config = PeftConfig.fromPretrained(folder);
        CaseAdapter adapter = CaseAdapter.of(base, own.folder(), config, description, expected);
        if (!adapter.starts().isEmpty() || !own.isWhole()) {
            description.remove("reload"); // Python loads less than it had; here it is whole
        }
        Comparison comparison = new Comparison(description);
        comparison.run(() -> outputs(adapter, description, input, expected, comparison));
        comparison.run(
                () -> {
                    try (PeftModel model = adapter.load()) {
                        new ConvertedFolder(base, folder, input, expected, description)
                                .check(model, comparison);
                    }
                });
        if (adapter.encoded()) {
            comparison.run(() -> predicts(adapter, input, expected, comparison));
        } else {
            comparison.run(() -> StartValues.check(base, config, description, input, expected));
        }
        TrainingChecks training =
                new TrainingChecks(description, expected, comparison, adapter.encoded());
        comparison.run(() -> training.run(adapter::load, input));
        return comparison.result();
    }

    /**
     * Python's own folder, which lacks what the start took out of the base: refused where Python
     * refuses it, else as far off as there. Where chance decided the start, there is nothing to
     * compare.
     */
    private void reloaded(
            BaseModel base, JsonObject description, ModelInput input, ExpectedFile expected)
            throws Exception {
        JsonObject reload = description.getAsJsonObject("reload");
        if (!description.has("prepare")) {
            return;
        }
        try (PeftModel model = PeftModels.fromPretrained(base.block(), folder)) {
            if (reload.has("type")) {
                throw new CaseFailure("loads, and Python says: " + reload.get("text"));
            }
            new Comparison(description).compareOutput("out.", model.forward(input), expected);
        } catch (IllegalArgumentException refused) {
            if (!reload.has("type")) {
                throw refused;
            }
        }
    }

    /** The arguments of forward; those of generate stand beside them. */
    private static ModelInput input(ExpectedFile expected) {
        Map<String, NDArray> arrays = new LinkedHashMap<>(expected.startingWith("in."));
        arrays.keySet().removeIf(name -> name.startsWith("gen."));
        return ModelInput.of(arrays);
    }

    /** Merges first: what this version lacks must show before anything is compared. */
    private void outputs(
            CaseAdapter adapter,
            JsonObject description,
            ModelInput input,
            ExpectedFile expected,
            Comparison comparison)
            throws Exception {
        boolean merges = !expected.startingWith("merged").isEmpty();
        try (PeftModel model = adapter.load();
                MergedModel merged = merges ? model.mergeAndUnload() : null) {
            identity(model, description, comparison);
            ModelOutput output = model.forward(input);
            comparison.compareOutput("out.", output, expected);
            new EachRow(model, input, output, comparison).check();
            new BaseOutputs(model, input, expected, comparison).check(description);
            if (merged != null) {
                merged(merged, input, expected, comparison);
            }
            generate(model, merged, description, expected, comparison);
            if (write != null) {
                save(model, input, description, write);
            }
        }
    }

    /** The file must give the same outputs as what it was made of. */
    private static void predicts(
            CaseAdapter adapter, ModelInput input, ExpectedFile expected, Comparison comparison)
            throws Exception {
        try (PeftModel model = adapter.loadForPrediction()) {
            comparison.compareOutput("out.", model.forward(input), expected);
        }
    }

    private void identity(PeftModel model, JsonObject description, Comparison comparison)
            throws IOException, CaseFailure {
        String wrapper = description.get("wrapper").getAsString();
        comparison.equal("wrapper class", model.getClass().getSimpleName(), wrapper);
        ImmutableSortedSet.Builder<String> keys = ImmutableSortedSet.naturalOrder();
        description
                .getAsJsonArray("trainable_keys")
                .forEach(key -> keys.add(ExpectedFile.trainedKey(key.getAsString())));
        comparison.equal(
                "trained tensors",
                ImmutableSortedSet.copyOf(model.trainableTensors().keySet()),
                keys.build());
        comparison.equal("parameters", model.trainableParameters(), count(description));
    }

    /**
     * What a loaded adapter counts: a file may hold fewer numbers than the adapter had that Python
     * saved.
     */
    private ParameterCount count(JsonObject description) throws IOException {
        long trainable = description.get("trainable_parameters").getAsLong();
        long all = description.get("all_parameters").getAsLong();
        long held = 0;
        try (Checkpoint checkpoint = Checkpoint.openAdapter(folder)) {
            for (JsonElement key : description.getAsJsonArray("trainable_keys")) {
                if (!checkpoint.names().contains(key.getAsString())) {
                    return new ParameterCount(trainable, all); // Python's file does not tell
                }
                held += checkpoint.shape(key.getAsString()).size();
            }
        }
        return new ParameterCount(held, all - (trainable - held));
    }

    private static void merged(
            MergedModel merged, ModelInput input, ExpectedFile expected, Comparison comparison)
            throws CaseFailure {
        comparison.compareOutput("merged.", merged.forward(input), expected);
        for (Map.Entry<String, NDArray> entry :
                expected.startingWith("merged_weight.").entrySet()) {
            Parameter parameter = merged.parameters().get(entry.getKey());
            if (parameter == null) {
                throw new CaseFailure("There is no parameter " + entry.getKey());
            }
            comparison.compare(
                    "merged_weight." + entry.getKey(), parameter.getArray(), entry.getValue());
        }
    }

    /** Merged weights must choose the same tokens unless PEFT's own merge computes otherwise. */
    private void generate(
            PeftModel model,
            @Nullable MergedModel merged,
            JsonObject description,
            ExpectedFile expected,
            Comparison comparison)
            throws Exception {
        if (!description.has("generate")) {
            return;
        }
        Path base = models.find(description.get("model").getAsString());
        GenerateCheck check = GenerateCheck.of(base, description, expected, comparison);
        Map<String, NDArray> prompts = expected.startingWith("in.gen.");
        check.run("", Generator.of(model), prompts);
        if (merged != null && !description.has("merged_differs_from_out")) {
            check.run("merged ", Generator.of(merged), prompts);
        }
    }

    private void save(PeftModel model, ModelInput input, JsonObject description, Path root)
            throws IOException {
        Path target = root.resolve(String.valueOf(folder.getFileName()));
        model.savePretrained(target, saving(description));
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        input.arrays().forEach((name, array) -> arrays.put("in." + name, array));
        model.forward(input).arrays().forEach((name, array) -> arrays.put("out." + name, array));
        SafetensorsWriter.writeArrays(target.resolve("java.safetensors"), arrays, Map.of());
    }

    /** What the case asks of {@code save_pretrained} besides the directory. */
    private static SaveAdapterOptions saving(JsonObject description) {
        SaveAdapterOptions.Builder options = SaveAdapterOptions.builder();
        JsonObject given = description.getAsJsonObject("save_kwargs");
        if (given != null && given.has("save_embedding_layers")) {
            options.optSaveEmbeddingLayers(
                    given.get("save_embedding_layers").getAsBoolean()
                            ? SaveAdapterOptions.EmbeddingLayers.ALWAYS
                            : SaveAdapterOptions.EmbeddingLayers.NEVER);
        }
        return options.build();
    }
}
