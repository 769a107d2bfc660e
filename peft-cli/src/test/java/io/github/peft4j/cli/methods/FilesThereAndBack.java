package io.github.peft4j.cli.methods;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.cli.conformance.model.BaseModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Loads the adapters that Python saved and saves them again. */
final class FilesThereAndBack {

    private FilesThereAndBack() {}

    /** For each method a text for each adapter that could be loaded: what differs, or nothing. */
    static ImmutableListMultimap<String, String> run(Path scratch) throws IOException {
        ImmutableListMultimap.Builder<String, String> all = ImmutableListMultimap.builder();
        BaseModels models = new BaseModels(ImmutableList.of(Golden.path("models")));
        for (Path folder : single()) {
            try (BaseModels.Loaded base =
                            models.load(ExpectedFile.json(folder.resolve("case.json")));
                    PeftModel model = PeftModels.fromPretrained(base.model().block(), folder)) {
                Path copy = scratch.resolve(folder.getFileName());
                model.savePretrained(copy);
                String type = PeftConfig.fromPretrained(folder).peftType().name();
                all.put(type, difference(folder, copy));
            } catch (UnsupportedFeatureException missing) {
                // a variant that this version lacks: nothing that went there and back
            }
        }
        return all.build();
    }

    /** Cases of one adapter whose file is as it should be. */
    private static ImmutableList<Path> single() throws IOException {
        ImmutableList.Builder<Path> folders = ImmutableList.builder();
        try (Stream<Path> all = Files.list(Golden.path("adapters"))) {
            for (Path folder : all.sorted().toList()) {
                if (Files.exists(folder.resolve("case.json"))) {
                    JsonObject description = ExpectedFile.json(folder.resolve("case.json"));
                    // Python, too, cannot load what needs the data of its start again.
                    if (!description.has("kind") && !failsToLoad(description)) {
                        folders.add(folder);
                    }
                }
            }
        }
        return folders.build();
    }

    /** The error of a reload has a type; other outcomes are distances. */
    private static boolean failsToLoad(JsonObject description) {
        JsonElement reload = description.get("reload");
        return reload instanceof JsonObject outcome && outcome.has("type");
    }

    private static String difference(Path theirs, Path ours) throws IOException {
        try (Checkpoint before = Checkpoint.openAdapter(theirs);
                Checkpoint after = Checkpoint.openAdapter(ours);
                NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            if (!after.names().equals(before.names())) {
                return theirs.getFileName() + ": keys " + after.names() + ", " + before.names();
            }
            for (String name : before.names()) {
                if (!after.shape(name).equals(before.shape(name))
                        || after.dtype(name) != before.dtype(name)) {
                    return theirs.getFileName() + ": form of " + name;
                }
                NDArray written = after.load(scratch, name).toType(DataType.FLOAT32, false);
                NDArray read = before.load(scratch, name).toType(DataType.FLOAT32, false);
                if (Tensors.relativeError(written, read) > Tensors.OUTPUT) {
                    return theirs.getFileName() + ": numbers of " + name;
                }
            }
            return "";
        }
    }
}
