package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.store.SaveAdapterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The adapter of a case as plain LoRA: what is saved must be what Python saved, and give the same
 * outputs on the untouched base; Python's folder must load where it loads there.
 *
 * @param folder of the case, with {@code converted} and {@code initial} below it
 */
public record ConvertedFolder(
        BaseModel base, Path folder, ModelInput input, ExpectedFile expected, JsonObject facts) {

    private static final String OUT = "out.";

    /** Fields that tell who wrote the config. */
    private static final Set<String> IGNORED = ImmutableSet.of("peft_version");

    /** Does nothing where the case has no such folder. */
    public void check(PeftModel model, Comparison comparison) throws Exception {
        Path theirs = folder.resolve("converted");
        if (!Files.exists(theirs)) {
            return;
        }
        Path ours = Files.createTempDirectory("converted");
        try {
            SaveAdapterOptions.Builder options =
                    SaveAdapterOptions.builder()
                            .optPathInitialModelForWeightConversion(folder.resolve("initial"));
            model.savePretrained(ours, options.build());
            compareConfigs(ours, theirs, comparison);
            compareTensors(ours, theirs, comparison);
            outputs(ours, comparison);
            // The adapter knows its start itself, whatever the signs of singular vectors are.
            model.savePretrained(ours, SaveAdapterOptions.builder().optConvertStart(true).build());
            outputs(ours, comparison);
        } finally {
            delete(ours);
        }
        reload(theirs, comparison);
    }

    private static void compareConfigs(Path ours, Path theirs, Comparison comparison)
            throws Exception {
        Map<String, ?> left = PeftConfig.fromPretrained(ours).toMap();
        PeftConfig.fromPretrained(theirs)
                .toMap()
                .forEach(
                        (key, value) -> {
                            if (!IGNORED.contains(key)
                                    && !String.valueOf(value)
                                            .equals(String.valueOf(left.get(key)))) {
                                throw new IllegalStateException(
                                        "converted "
                                                + key
                                                + " is "
                                                + left.get(key)
                                                + ", Python has "
                                                + value);
                            }
                        });
        comparison.met();
    }

    /** Python leaves out modules that are saved whole, and cannot load the folder then. */
    private static void compareTensors(Path ours, Path theirs, Comparison comparison)
            throws IOException, CaseFailure {
        try (NDManager scratch = Engines.newManager();
                Checkpoint left = Checkpoint.openAdapter(ours);
                Checkpoint right = Checkpoint.openAdapter(theirs)) {
            for (String key : right.names()) {
                if (!left.names().contains(key)) {
                    throw new CaseFailure("converted " + key + " missing");
                }
                NDArray here = left.load(scratch, key);
                comparison.compare("converted " + key, here, right.load(scratch, key));
            }
        }
    }

    private void outputs(Path adapter, Comparison comparison) throws Exception {
        try (PeftModel plain = PeftModels.fromPretrained(base.block(), adapter)) {
            comparison.compareOutput(OUT, plain.forward(input), expected);
        }
    }

    private void reload(Path theirs, Comparison comparison) throws Exception {
        JsonElement python = facts.get("reload_converted");
        try {
            outputs(theirs, comparison);
        } catch (IOException | IllegalArgumentException refused) {
            if (!python.isJsonObject()) {
                throw refused;
            }
            return;
        }
        if (python.isJsonObject()) {
            throw new CaseFailure("converted/ loads, and Python says: " + python);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(
                            file -> {
                                try {
                                    Files.delete(file);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        }
    }
}
