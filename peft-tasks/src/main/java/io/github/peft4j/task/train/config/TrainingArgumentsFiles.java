package io.github.peft4j.task.train.config;

import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.io.file.FileContent;
import io.github.peft4j.json.JsonFile;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.task.internal.TaskOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes {@link TrainingArguments} under Hugging Face's keys. */
final class TrainingArgumentsFiles {

    private TrainingArgumentsFiles() {}

    static TrainingArguments read(Path file, Consumer<String> warn) throws IOException {
        String cure = "Correct the file, or write it again with toJsonFile.";
        Map<String, @Nullable Object> json = JsonFile.object(file, cure);
        try {
            return parse(json, warn);
        } catch (UnsupportedFeatureException e) {
            throw new UnsupportedFeatureException(file + ": " + JsonReasons.message(e));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + JsonReasons.message(e), e);
        }
    }

    static TrainingArguments parse(
            Map<String, ? extends @Nullable Object> given, Consumer<String> warn) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>(given);
        json.remove("optim", "adamw_torch"); // the AdamW of the default, only slower
        json.remove("train_sampling_strategy", "group_by_length"); // as all batches here are
        json.keySet().removeAll(OtherTrainingKeys.SILENT);
        TaskOptions.requireNone(OtherTrainingKeys.REFUSED, json, "", "train");
        List<String> ignored = TaskOptions.asked(OtherTrainingKeys.IGNORED, json);
        if (!ignored.isEmpty()) {
            warn.accept(
                    "These arguments of Hugging Face are ignored: "
                            + ignored
                            + ". Training works without them; remove them to be rid of this"
                            + " warning.");
        }
        List<String> unknown =
                TaskOptions.unknown(
                        json,
                        TrainingOptions.ALL,
                        OtherTrainingKeys.REFUSED,
                        OtherTrainingKeys.IGNORED);
        if (!unknown.isEmpty()) {
            warn.accept(
                    "Unexpected keys "
                            + unknown
                            + " for TrainingArguments, these are ignored. Check how they are"
                            + " spelled.");
        }
        Map<Option<?>, @Nullable Object> values = TaskOptions.read(TrainingOptions.ALL, json);
        imply(values, TrainingOptions.EVAL_STEPS, TrainingOptions.EVAL_STRATEGY);
        imply(values, TrainingOptions.SAVE_STEPS, TrainingOptions.SAVE_STRATEGY);
        return TrainingArguments.builder().setAll(values).build();
    }

    /** Steps without a strategy say when, as they do in the builder. */
    private static void imply(
            Map<Option<?>, @Nullable Object> values,
            Option<Integer> steps,
            Option<IntervalStrategy> strategy) {
        if (values.get(steps) instanceof Integer count && !values.containsKey(strategy)) {
            values.put(strategy, IntervalStrategy.of(count));
        }
    }

    static Map<String, @Nullable Object> json(OptionValues values) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>(values.toMap());
        Map<String, @Nullable Object> changed = TaskOptions.changed(TrainingOptions.ALL, values);
        TrainingOptions.OWN.forEach(
                option -> {
                    if (!changed.containsKey(option.key())) {
                        json.remove(option.key());
                    }
                });
        return json;
    }

    static void write(String json, Path file) throws IOException {
        AtomicFiles.write(file, FileContent.utf8(json + "\n"));
    }
}
