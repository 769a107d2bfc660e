package io.github.peft4j.cli.conformance.cases;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.cli.conformance.play.MultiPlayer;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.LoadAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Several adapters in one model, and steps that switch, scale, load, merge and delete them. All
 * steps are played before anything is compared, so that what this version lacks shows first.
 */
record MultiCase(String name, Path folder, BaseModels models) implements ConformanceCase {

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
            }
            return comparison.result();
        }
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
