package io.github.peft4j.tuner.multitask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.tuner.InitialValue;
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
     * The table that all tasks share, as the start of a training on a target.
     *
     * @throws IllegalArgumentException if the file is of another kind
     */
    InitialValue table(InitialValue own) {
        return initial(own.shape(), PromptRows.KEY, this::tensor);
    }

    /** What tasks have of their own, instead of a random initialization. */
    InitialValue task(InitialValue own, String key, MultitaskPromptTuningConfig config) {
        return config.promptTuningInit().equals(MultitaskPromptTuningConfig.ONLY_SOURCE_SHARED)
                ? own
                : initial(
                        own.shape(),
                        key,
                        (reader, scratch, name) -> oneTask(reader, scratch, name, config));
    }

    /** Takes a tensor out of the file. */
    private interface Reading {
        NDArray read(SafetensorsReader reader, NDManager scratch, String key) throws IOException;
    }

    private InitialValue initial(Shape shape, String key, Reading reading) {
        Preconditions.checkArgument(
                file.endsWith(".safetensors"),
                "prompt_tuning_init_state_dict_path %s is not a .safetensors file, and reading a"
                        + " pickle may run code. Save the source adapter with save_pretrained and"
                        + " name its adapter_model.safetensors.",
                file);
        return InitialValue.of(shape, manager -> read(manager, shape, key, reading));
    }

    /** Reads it now; an error names the file and the key. */
    private NDArray read(NDManager manager, Shape shape, String key, Reading reading) {
        try (NDManager scratch = manager.newSubManager();
                SafetensorsReader reader = SafetensorsReader.open(Path.of(file))) {
            NDArray source = reading.read(reader, scratch, key);
            refuseOther(shape, source.getShape(), key);
            return own(source, manager);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "prompt_tuning_init_state_dict_path "
                            + file
                            + " cannot be read: "
                            + Text.message(e.getMessage()),
                    e);
        }
    }

    /** A copy: the reader's arrays may share memory with the file. */
    private static NDArray own(NDArray source, NDManager manager) {
        NDArray own = TensorOps.detached(source);
        own.attach(manager);
        return own;
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

    private void refuseOther(Shape wanted, Shape found, String key) {
        Preconditions.checkArgument(
                wanted.equals(found),
                "%s gives %s of shape %s, but this adapter needs %s. A target training takes over"
                        + " one task: num_tasks 1, and num_virtual_tokens and num_ranks of the"
                        + " source.",
                file,
                key,
                found,
                wanted);
    }
}
