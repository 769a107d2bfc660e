package io.github.peft4j.task.folder;

import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.hub.Hub;
import io.github.peft4j.hub.HubOptions;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.LoadAdapterOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * An adapter with everything that it needs: the base with the right head and labels, and the
 * tokenizer. Owns all of them.
 */
public final class AdapterFolder implements AutoCloseable {

    private final Path directory;
    private final Path checkpoint;
    private final TransformerModel base;
    private final PeftModel model;
    private final Tokenizer tokenizer;
    private final TaskType taskType;

    private AdapterFolder(
            Path directory,
            Path checkpoint,
            TransformerModel base,
            PeftModel model,
            Tokenizer tokenizer,
            TaskType taskType) {
        this.directory = directory;
        this.checkpoint = checkpoint;
        this.base = base;
        this.model = model;
        this.tokenizer = tokenizer;
        this.taskType = taskType;
    }

    /**
     * Loads an adapter of a directory here or of the hub, on the base that its folder names.
     *
     * @param nameOrDirectory a directory, else {@code org/name}
     * @throws IOException if there is neither, or no base, or a file is broken or does not fit
     */
    public static AdapterFolder load(String nameOrDirectory) throws IOException {
        return load(nameOrDirectory, HubOptions.fromEnvironment());
    }

    /**
     * As {@link #load(String)}.
     *
     * @param hub which hub and cache, also for the base; the revision is the adapter's
     */
    public static AdapterFolder load(String nameOrDirectory, HubOptions hub) throws IOException {
        return load(Hub.directory(nameOrDirectory, hub), hub);
    }

    /**
     * Loads an adapter on the base that its folder names: a directory here, else a model of the
     * hub.
     *
     * @param adapter adapter_config.json and adapter_model.safetensors, of this library or Python
     * @throws IOException if the base is neither, or a file is missing, broken, or does not fit
     */
    public static AdapterFolder load(Path adapter) throws IOException {
        return load(adapter, HubOptions.fromEnvironment());
    }

    /**
     * As {@link #load(Path)}.
     *
     * @param hub which hub and cache the base comes from, if its name is no directory here
     */
    public static AdapterFolder load(Path adapter, HubOptions hub) throws IOException {
        return load(adapter, AdapterBase.of(adapter).checkpoint(hub));
    }

    /** Loads an adapter on this checkpoint. */
    public static AdapterFolder load(Path adapter, Path checkpoint) throws IOException {
        return load(adapter, checkpoint, LoadOptions.DEFAULT);
    }

    /**
     * Loads an adapter on this checkpoint.
     *
     * @param options for the base, over what the folder says of it
     * @throws IOException if a file is missing, broken, or does not fit, or the options ask for
     *     other labels than the adapter's
     */
    public static AdapterFolder load(Path adapter, Path checkpoint, LoadOptions options)
            throws IOException {
        AdapterBase needs = AdapterBase.of(adapter);
        TaskType task =
                needs.taskType()
                        .orElseThrow(
                                () ->
                                        new IOException(
                                                "%s does not say its task. Set task_type in adapter_config.json."
                                                        .formatted(adapter)));
        TransformerModel base = needs.load(checkpoint, task, options);
        PeftModel model = null;
        try {
            model =
                    PeftModels.fromPretrained(
                            base, adapter, PeftModel.DEFAULT_ADAPTER, LoadAdapterOptions.EFFECTIVE);
            Tokenizer tokenizer = AdapterTokenizer.load(checkpoint, adapter);
            return new AdapterFolder(adapter, checkpoint, base, model, tokenizer, task);
        } catch (IOException | RuntimeException e) {
            if (model != null) {
                model.close();
            }
            base.close();
            throw e;
        }
    }

    /** The folder itself. */
    public Path directory() {
        return directory;
    }

    /** The directory of the base. */
    public Path checkpoint() {
        return checkpoint;
    }

    /** The base. */
    public TransformerModel base() {
        return base;
    }

    /** The base with the adapter, which is active and called {@code default}. */
    public PeftModel model() {
        return model;
    }

    /** The adapter's tokenizer. */
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** What the adapter was trained for. */
    public TaskType taskType() {
        return taskType;
    }

    /** Names of the labels, in the order of the head's outputs; empty for tasks without. */
    public List<String> labels() {
        return base.labels();
    }

    /** What the folder says of itself; empty for Python's. */
    public AdapterPassport passport() {
        return model.passport(PeftModel.DEFAULT_ADAPTER);
    }

    /** Frees base, adapter and tokenizer. */
    @Override
    public void close() {
        tokenizer.close();
        model.close();
        base.close();
    }
}
