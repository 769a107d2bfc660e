package io.github.peft4j.tuner.multitask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.base.Preconditions;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.tuner.prompt.PromptRows;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads what a training on source tasks has learned.
 *
 * @param file its adapter_model.safetensors
 */
record SourceTasks(String file) {

    /**
     * Writes it over the start of a training on a target.
     *
     * @throws IllegalArgumentException if the file cannot be read or does not fit
     */
    void copyTo(TaskPrompt prompt, MultitaskPromptTuningConfig config) {
        Preconditions.checkArgument(
                file.endsWith(".safetensors"),
                "prompt_tuning_init_state_dict_path %s is not a .safetensors file, and reading a"
                        + " pickle may run code. Save the source adapter with save_pretrained and"
                        + " name its adapter_model.safetensors.",
                file);
        try (NDManager scratch = Engines.newManager();
                Gradients off = Gradients.off();
                SafetensorsReader reader = SafetensorsReader.open(Path.of(file))) {
            copy(prompt.table(), tensor(reader, scratch, PromptRows.KEY), PromptRows.KEY);
            String init = config.promptTuningInit();
            if (!init.equals(MultitaskPromptTuningConfig.ONLY_SOURCE_SHARED)) {
                copy(
                        prompt.cols(),
                        oneTask(reader, scratch, TaskPrompt.COLS, config),
                        TaskPrompt.COLS);
                copy(
                        prompt.rows(),
                        oneTask(reader, scratch, TaskPrompt.ROWS, config),
                        TaskPrompt.ROWS);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "prompt_tuning_init_state_dict_path "
                            + file
                            + " cannot be read: "
                            + e.getMessage(),
                    e);
        }
    }

    /** The mean over tasks, or one of them: [1, ...]. */
    private NDArray oneTask(
            SafetensorsReader reader,
            NDManager scratch,
            String key,
            MultitaskPromptTuningConfig config)
            throws IOException {
        NDArray all = tensor(reader, scratch, key);
        if (config.promptTuningInit().equals(MultitaskPromptTuningConfig.AVERAGE_SOURCE_TASKS)) {
            return all.mean(new int[] {0}, true);
        }
        int task = config.promptTuningInitTask();
        long count = all.getShape().get(0);
        Preconditions.checkArgument(
                task < count,
                "prompt_tuning_init_task is %s, but %s has %s tasks, counted from 0.",
                task,
                file,
                count);
        return all.get(task + ":" + (task + 1));
    }

    private NDArray tensor(SafetensorsReader reader, NDManager scratch, String key)
            throws IOException {
        Preconditions.checkArgument(
                reader.contains(key),
                "%s has no %s, only %s. Name the file of an adapter of multitask prompt tuning.",
                file,
                key,
                reader.names());
        return Ops.toFloat32(reader.load(scratch, key));
    }

    private void copy(Parameter target, NDArray source, String key) {
        Shape wanted = target.getArray().getShape();
        Preconditions.checkArgument(
                wanted.equals(source.getShape()),
                "%s gives %s of shape %s, but this adapter needs %s. A target training takes over"
                        + " one task: num_tasks 1, and num_virtual_tokens and num_ranks of the"
                        + " source.",
                file,
                key,
                source.getShape(),
                wanted);
        TensorOps.copy(target.getArray(), source);
    }
}
