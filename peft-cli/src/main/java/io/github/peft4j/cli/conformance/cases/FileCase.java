package io.github.peft4j.cli.conformance.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.compare.Verdicts;
import io.github.peft4j.cli.conformance.compare.Wording;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.store.LoadAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An adapter whose files were edited: it must load with the same outputs and with a warning where
 * Python warns, or be refused where Python refuses it. Where Python loads a damaged adapter in
 * silence, refusing it is right too.
 */
record FileCase(String name, Path folder, BaseModels models) implements ConformanceCase {

    /** A refusal may name the file that is missing or wrong. */
    private static final ImmutableSet<String> FILES =
            ImmutableSet.of("adapter_config.json", "adapter_model.safetensors");

    @Override
    public double run() throws Exception {
        JsonObject description = ExpectedFile.json(folder.resolve("case.json"));
        LoadAdapterOptions options = options(description.getAsJsonObject("load_kwargs"));
        try (NDManager manager = Engines.newManager();
                BaseModels.Loaded base = models.load(description)) {
            PeftModel model;
            try {
                model =
                        PeftModels.fromPretrained(
                                base.model().block(), folder, PeftModel.DEFAULT_ADAPTER, options);
            } catch (UnsupportedFeatureException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                judge(e, description);
                return 0;
            }
            try (model) {
                ExpectedFile expected =
                        ExpectedFile.read(manager, folder.resolve("expected.safetensors"));
                Comparison comparison = new Comparison(description);
                comparison.run(
                        () -> {
                            judge(
                                    model,
                                    description,
                                    withInputs(manager, description, expected),
                                    comparison);
                            outputs(model, base.model(), options, expected, comparison);
                        });
                return comparison.result();
            }
        }
    }

    /**
     * A file with the arguments of forward: the case's own, or that of the case it was made from.
     */
    private ExpectedFile withInputs(
            NDManager manager, JsonObject description, ExpectedFile expected) throws IOException {
        if (!expected.startingWith("in.").isEmpty()) {
            return expected;
        }
        Path source = folder.resolveSibling(description.get("from").getAsString());
        return ExpectedFile.read(manager, source.resolve("expected.safetensors"));
    }

    private static LoadAdapterOptions options(JsonObject arguments) {
        LoadAdapterOptions.Builder options = LoadAdapterOptions.builder();
        for (Map.Entry<String, JsonElement> argument : arguments.entrySet()) {
            JsonElement value = argument.getValue();
            switch (argument.getKey()) {
                case "is_trainable" -> options.optTrainable(value.getAsBoolean());
                case "subfolder" -> options.optSubfolder(value.getAsString());
                case "ignore_mismatched_sizes" ->
                        options.optIgnoreMismatchedSizes(value.getAsBoolean());
                case "key_mapping" -> options.optKeyMapping(mapping(value.getAsJsonObject()));
                default ->
                        throw new UnsupportedFeatureException(
                                "Loading with "
                                        + argument
                                        + " is not available in this version. It takes"
                                        + " is_trainable, subfolder, ignore_mismatched_sizes and"
                                        + " key_mapping.");
            }
        }
        return options.build();
    }

    private static ImmutableMap<String, String> mapping(JsonObject rules) {
        ImmutableMap.Builder<String, String> mapping = ImmutableMap.builder();
        rules.entrySet().forEach(rule -> mapping.put(rule.getKey(), rule.getValue().getAsString()));
        return mapping.buildOrThrow();
    }

    /** The adapter was refused. */
    private static void judge(Exception refusal, JsonObject description) throws CaseFailure {
        boolean loadsThere = description.get("expect").getAsString().equals("loads");
        boolean harmless =
                description.has("same_as_source")
                        && description.get("same_as_source").getAsBoolean();
        if (loadsThere && (harmless || description.has("warnings"))) {
            throw new CaseFailure("refused, and Python loads it: " + refusal);
        }
        Verdicts.requireRefusal(refusal, names(description));
    }

    private static ImmutableSet<String> names(JsonObject description) {
        ImmutableSet.Builder<String> names = ImmutableSet.builder();
        names.addAll(FILES).addAll(Wording.names(description.get("edits")));
        if (description.has("expect_error")) {
            JsonObject error = description.getAsJsonObject("expect_error");
            names.addAll(Wording.names(error.get("text").getAsString()));
        }
        return names.build();
    }

    /** The adapter was loaded. */
    private static void judge(
            PeftModel model, JsonObject description, ExpectedFile expected, Comparison comparison)
            throws CaseFailure {
        String expect = description.get("expect").getAsString();
        switch (expect) {
            case "loads" -> {
                comparison.equal(
                        "wrapper class",
                        model.getClass().getSimpleName(),
                        description.get("wrapper").getAsString());
                Verdicts.requireWarnings(
                        description, model.loadReport(PeftModel.DEFAULT_ADAPTER).warnings());
            }
            case "forward fails" -> {
                requireFailingForward(model, description, expected);
                comparison.met();
            }
            default ->
                    throw new CaseFailure(
                            "loaded, and Python refuses it: " + description.get("expect_error"));
        }
    }

    /**
     * Compares outputs. Tensors that a file lacks keep their start values; where those are drawn
     * and matter, two loads give two results, and only the shapes can be Python's.
     */
    private void outputs(
            PeftModel model,
            BaseModel base,
            LoadAdapterOptions options,
            ExpectedFile expected,
            Comparison comparison)
            throws IOException, CaseFailure {
        if (expected.startingWith("out.").isEmpty()) {
            return;
        }
        ModelInput input = ModelInput.of(expected.startingWith("in."));
        ModelOutput output = model.forward(input);
        if (!model.loadReport(PeftModel.DEFAULT_ADAPTER).missingKeys().isEmpty()
                && isDrawn(output, input, base, options)) {
            for (Map.Entry<String, NDArray> entry : expected.startingWith("out.").entrySet()) {
                Optional<Shape> ours = output.get(entry.getKey()).map(NDArray::getShape);
                comparison.equal(
                        "shape of " + entry.getKey(),
                        ours,
                        Optional.of(entry.getValue().getShape()));
            }
            return;
        }
        comparison.compareOutput("out.", output, expected);
    }

    private boolean isDrawn(
            ModelOutput output, ModelInput input, BaseModel base, LoadAdapterOptions options)
            throws IOException {
        try (PeftModel again =
                PeftModels.fromPretrained(
                        base.block(), folder, PeftModel.DEFAULT_ADAPTER, options)) {
            ModelOutput other = again.forward(input);
            for (Map.Entry<String, NDArray> entry : output.arrays().entrySet()) {
                Optional<NDArray> second = other.get(entry.getKey());
                if (second.isPresent() && Comparison.differ(entry.getValue(), second.get())) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void requireFailingForward(
            PeftModel model, JsonObject description, ExpectedFile expected) throws CaseFailure {
        try {
            model.forward(ModelInput.of(expected.startingWith("in.")));
        } catch (RuntimeException e) {
            Verdicts.requireRefusal(e, names(description));
            return;
        }
        throw new CaseFailure("computes, where Python fails: " + description.get("expect_error"));
    }
}
