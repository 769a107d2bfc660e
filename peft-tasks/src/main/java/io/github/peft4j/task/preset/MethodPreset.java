package io.github.peft4j.task.preset;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.task.train.optim.LoraPlus;
import io.github.peft4j.task.train.optim.ParameterGrouping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one method that suit a small classifier on a transformer.
 *
 * @param name the method's, or that of a variant of it
 * @param method the method
 * @param learningRate peak learning rate for AdamW with warm-up and linear decay; the methods'
 *     differ by two orders of magnitude
 * @param source where the settings are from: a paper, or the run that measured them
 * @param fields what differs from PEFT's defaults, by key of adapter_config.json; {@code "10%"} is
 *     that share of the training's steps
 * @param tasks what it can be used for; empty: every task
 * @param ratio by how much B learns faster than A (LoRA+); 1 for one rate
 */
public record MethodPreset(
        String name,
        PeftType method,
        double learningRate,
        String source,
        Map<String, @Nullable Object> fields,
        List<TaskType> tasks,
        double ratio) {

    /** Copies the fields. */
    public MethodPreset {
        tasks = ImmutableList.copyOf(tasks);
        fields = JsonValues.freezeObject(fields);
    }

    /** How trained tensors are grouped by their learning rate, if not all have one. */
    public Optional<ParameterGrouping> grouping() {
        return ratio == 1
                ? Optional.empty()
                : Optional.of(LoraPlus.builder(learningRate, ratio).build());
    }

    /** Whether the method, used so, fits a task. */
    public boolean fits(TaskType task) {
        return tasks.isEmpty() || tasks.contains(task);
    }

    /**
     * The config for a training.
     *
     * @param steps how many optimizer steps it will take
     * @throws IllegalArgumentException if the method does not fit the task, or there are no steps
     */
    public PeftConfig config(TaskType task, long steps) {
        if (!fits(task)) {
            throw new IllegalArgumentException(
                    "The preset of "
                            + name
                            + " is for "
                            + tasks
                            + ", not for "
                            + task
                            + ". Make a config of your own.");
        }
        if (steps < 1) {
            throw new IllegalArgumentException(
                    "A training of " + steps + " steps changes nothing. Name at least 1.");
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("peft_type", method.name());
        json.put("task_type", task.name());
        fields.forEach((key, value) -> json.put(key, ofSteps(value, steps)));
        return PeftConfig.loadMap(json).config();
    }

    private static @Nullable Object ofSteps(@Nullable Object value, long steps) {
        if (value instanceof String text && text.matches("\\d{1,3}%")) {
            long percent = Long.parseLong(text.substring(0, text.length() - 1));
            return steps * percent / 100;
        }
        return value;
    }
}
