package io.github.peft4j.examples.demo.story;

import io.github.peft4j.config.TaskType;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The base model of a demo and its tokenizer; closing it closes both. */
public final class DemoBase implements AutoCloseable {

    private final Path directory;
    private final TaskType task;
    private final LoadOptions options;
    private final TransformerModel model;
    private final Tokenizer tokenizer;

    private DemoBase(
            Path directory,
            TaskType task,
            LoadOptions options,
            TransformerModel model,
            Tokenizer tokenizer) {
        this.directory = directory;
        this.task = task;
        this.options = options;
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /** Loads a Hugging Face checkpoint for a task. */
    public static DemoBase load(Path directory, TaskType task, LoadOptions options)
            throws IOException {
        TransformerModel model = Transformers.load(directory, task, options);
        try {
            return new DemoBase(
                    directory, task, options, model, Tokenizer.fromPretrained(directory));
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** The same base once more, read from its files. */
    DemoBase loadAgain() throws IOException {
        return load(directory, task, options);
    }

    /** Name of the checkpoint directory. */
    String name() {
        return String.valueOf(directory.getFileName());
    }

    public TransformerModel model() {
        return model;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    TaskType task() {
        return task;
    }

    /** The longest input that the model and its tokenizer take, at most so many tokens. */
    public int maxLength(int atMost) {
        int named = model.config().positive("n_positions", atMost); // GPT-2's and T5's word for it
        int positions = model.config().positive("max_position_embeddings", named);
        int texts = tokenizer.config().modelMaxLength().orElse(atMost);
        return Math.min(atMost, Math.min(positions, texts));
    }

    /** Bytes of the base's weight files. */
    long bytes() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        model.close();
    }
}
