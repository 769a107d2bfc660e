package io.github.peft4j.tuner.multitask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.ops.Gradients;
import io.github.peft4j.ops.InPlace;
import io.github.peft4j.ops.Ops;
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
        if (!file.endsWith(".safetensors")) {
            throw new IllegalArgumentException(
                    "prompt_tuning_init_state_dict_path "
                            + file
                            + " is no .safetensors file, and reading a pickle may run code. Save the"
                            + " source adapter with save_pretrained and name its"
                            + " adapter_model.safetensors.");
        }
        try (NDManager scratch = NDManager.newBaseManager("PyTorch");
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
        if (task >= count) {
            throw new IllegalArgumentException(
                    "prompt_tuning_init_task is "
                            + task
                            + ", but "
                            + file
                            + " has "
                            + count
                            + " tasks, counted from 0.");
        }
        return all.get(task + ":" + (task + 1));
    }

    private NDArray tensor(SafetensorsReader reader, NDManager scratch, String key)
            throws IOException {
        if (!reader.contains(key)) {
            throw new IllegalArgumentException(
                    file
                            + " has no "
                            + key
                            + ", only "
                            + reader.names()
                            + ". Name the file of an adapter of multitask prompt tuning.");
        }
        return Ops.toFloat32(reader.load(scratch, key));
    }

    private void copy(Parameter target, NDArray source, String key) {
        Shape wanted = target.getArray().getShape();
        if (!wanted.equals(source.getShape())) {
            throw new IllegalArgumentException(
                    file
                            + " gives "
                            + key
                            + " of shape "
                            + source.getShape()
                            + ", but this adapter needs "
                            + wanted
                            + ". A target training takes over one task: num_tasks 1, and"
                            + " num_virtual_tokens and num_ranks of the source.");
        }
        InPlace.copy(target.getArray(), source);
    }
}
