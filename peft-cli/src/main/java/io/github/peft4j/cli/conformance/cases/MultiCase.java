package io.github.peft4j.cli.conformance.cases;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.cli.conformance.play.MultiPlayer;
import io.github.peft4j.combine.LoraConversionOptions;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.LoadAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Several adapters in one model, and steps that switch, scale, load, merge and delete them. All
 * steps are played before anything is compared, so that what this version lacks shows first.
 */
record MultiCase(String name, Path folder, BaseModels models, @Nullable Path write)
        implements ConformanceCase {

    @Override
    public double run() throws Exception {
        JsonObject description = ExpectedFile.json(folder.resolve("case.json"));
        boolean mixed = isTrue(description, "mixed");
        LoadAdapterOptions options =
                LoadAdapterOptions.builder().optTrainable(isTrue(description, "trainable")).build();
        List<JsonObject> steps =
                description.getAsJsonArray("steps").asList().stream()
                        .map(JsonElement::getAsJsonObject)
                        .toList();
        steps.forEach(MultiPlayer::requireKnown);
        List<String> loaded =
                description.getAsJsonArray("loaded").asList().stream()
                        .map(JsonElement::getAsString)
                        .toList();
        for (String adapter : loaded) {
            PeftConfig.fromPretrained(folder.resolve(adapter));
        }
        try (NDManager manager = Engines.newManager();
                BaseModels.Loaded base = models.load(description)) {
            ExpectedFile expected =
                    ExpectedFile.read(manager, folder.resolve("expected.safetensors"));
            Comparison comparison = new Comparison(description);
            String first = loaded.get(0);
            try (PeftModel model =
                    first(base.model().block(), folder.resolve(first), options, mixed)) {
                for (String adapter : loaded.subList(1, loaded.size())) {
                    model.loadAdapter(folder.resolve(adapter), adapter, options);
                }
                ModelInput input = ModelInput.of(expected.startingWith("in."));
                MultiPlayer player =
                        new MultiPlayer(folder, model, input, expected, comparison, options);
                for (JsonObject step : steps) {
                    player.play(step);
                }
                comparison.equal(
                        "wrapper class",
                        model.getClass().getSimpleName(),
                        description.get("wrapper").getAsString());
                player.compareAll();
                if (write != null && input.arrays().containsKey(ModelInput.INPUT_IDS)) {
                    save(model, input, write.resolve(String.valueOf(folder.getFileName())));
                }
            }
            return comparison.result();
        }
    }

    /**
     * Saves each adapter that there is after the steps, and what it computes alone; what can be
     * converted, as LoRA too.
     */
    private static void save(PeftModel model, ModelInput input, Path target) throws IOException {
        for (String adapter : model.peftConfig().keySet()) {
            Path own = target.resolve(adapter);
            // the default one goes right into the folder that it is given
            model.savePretrained(adapter.equals(PeftModel.DEFAULT_ADAPTER) ? own : target, adapter);
            write(model, input, adapter, own);
            Path asLora = target.resolve(adapter + ".as-lora");
            if (isSavedAsLora(model, adapter, asLora)) {
                write(model, input, adapter, asLora);
            }
        }
    }

    /** False if the adapter does more than change weights. */
    private static boolean isSavedAsLora(PeftModel model, String adapter, Path folder)
            throws IOException {
        try {
            model.saveAsLora(adapter, folder, LoraConversionOptions.ofEnergy(1));
            return true;
        } catch (UnsupportedFeatureException | IllegalArgumentException e) {
            return false;
        }
    }

    private static void write(PeftModel model, ModelInput input, String adapter, Path own)
            throws IOException {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        input.arrays().forEach((name, array) -> arrays.put("in." + name, array));
        model.forward(input, Activation.of(adapter).scale(adapter, 1))
                .arrays()
                .forEach((name, array) -> arrays.put("out." + name, array));
        SafetensorsWriter.writeArrays(own.resolve("java.safetensors"), arrays, Map.of());
    }

    private static boolean isTrue(JsonObject description, String key) {
        return description.has(key) && description.get(key).getAsBoolean();
    }

    private static PeftModel first(
            Block base, Path folder, LoadAdapterOptions options, boolean mixed) throws IOException {
        String adapter = String.valueOf(folder.getFileName());
        return mixed
                ? PeftModels.mixedFromPretrained(base, folder, adapter, options)
                : PeftModels.fromPretrained(base, folder, adapter, options);
    }
}
