package io.github.peft4j.task.train.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.train.report.LogEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * {@code trainer_state.json} of a checkpoint, under Hugging Face's keys where it has them.
 *
 * @param progress how far the training had come
 * @param fingerprint what decided its numbers
 */
record TrainerStateFile(Progress.Saved progress, Fingerprint fingerprint) {

    static final String NAME = "trainer_state.json";
    static final String OPTIMIZER = "optimizer.safetensors";
    static final String BEST = "best.safetensors";
    static final String ADAPTERS = "adapter_state.safetensors";

    /** Numbers that JSON has no name for are legal here: a diverged evaluation's loss. */
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create();

    /** Whether a directory holds the parts of a checkpoint; the state is written last. */
    static boolean isComplete(Path folder) {
        return Files.isRegularFile(folder.resolve(NAME))
                && Files.isRegularFile(folder.resolve(OPTIMIZER));
    }

    /** The file's text. */
    String text() {
        JsonObject json = new JsonObject();
        json.addProperty("global_step", progress.step());
        json.addProperty("whole_epochs", progress.epoch());
        json.addProperty("batches_of_epoch", progress.batch());
        json.addProperty("epoch_open", progress.epochOpen());
        json.addProperty("last_loss", progress.lastLoss());
        json.addProperty("total_loss", progress.totalLoss());
        json.addProperty("unlogged_loss", progress.unloggedLoss());
        json.addProperty("unlogged_steps", progress.unloggedSteps());
        BestMetric bestMetric = progress.bestMetric();
        bestMetric.best().ifPresent(best -> json.addProperty("best_metric", best));
        json.addProperty("best_global_step", bestMetric.step());
        json.addProperty("early_stopping_patience_counter", bestMetric.patience());
        JsonArray history = new JsonArray();
        progress.history().forEach(entry -> history.add(json(entry)));
        json.add("log_history", history);
        JsonObject values = new JsonObject();
        fingerprint.values().forEach(values::addProperty);
        json.add("fingerprint", values);
        return GSON.toJson(json);
    }

    /**
     * Reads a checkpoint's state.
     *
     * @throws IOException if the file is missing or broken
     */
    static TrainerStateFile read(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        CheckpointState json = new CheckpointState(file);
        try {
            BestMetric bestMetric =
                    new BestMetric(
                            json.has("best_metric")
                                    ? OptionalDouble.of(json.number("best_metric"))
                                    : OptionalDouble.empty(),
                            json.whole("best_global_step"),
                            json.count("early_stopping_patience_counter"));
            return new TrainerStateFile(
                    new Progress.Saved(
                            json.whole("global_step"),
                            json.count("whole_epochs"),
                            json.count("batches_of_epoch"),
                            json.flag("epoch_open"),
                            json.number("last_loss"),
                            json.number("total_loss"),
                            json.number("unlogged_loss"),
                            json.whole("unlogged_steps"),
                            bestMetric,
                            json.history("log_history")),
                    new Fingerprint(json.texts("fingerprint")));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "%s is not the state of a training: %s. Delete %s to resume from the checkpoint before it."
                            .formatted(file, JsonReasons.message(e), folder),
                    e);
        }
    }

    private static JsonObject json(LogEntry entry) {
        JsonObject json = new JsonObject();
        json.addProperty("step", entry.step());
        json.addProperty("epoch", entry.epoch());
        entry.figures().forEach((name, value) -> json.add(name, new JsonPrimitive(value)));
        return json;
    }
}
