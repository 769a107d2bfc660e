package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.testkit.Tensors;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A checkpoint folder with changes, to see how it is read. */
public final class CheckpointCopy {

    private final Path source;
    private final List<Consumer<Map<String, NDArray>>> changes = new ArrayList<>();
    private String config;

    private CheckpointCopy(Path source) throws IOException {
        this.source = source;
        config = Files.readString(source.resolve(PretrainedConfig.FILE));
    }

    /** Starts with the folder as it is. */
    public static CheckpointCopy of(Path source) throws IOException {
        return new CheckpointCopy(source);
    }

    /** Gives a tensor another name. */
    public CheckpointCopy rename(String name, String other) {
        changes.add(
                tensors -> {
                    tensors.put(other, Tensors.get(tensors, name));
                    tensors.remove(name);
                });
        return this;
    }

    /** Adds a multiple of a tensor under another name. */
    public CheckpointCopy add(String name, String like, double factor) {
        changes.add(tensors -> tensors.put(name, Ops.scale(Tensors.get(tensors, like), factor)));
        return this;
    }

    /** Takes a tensor out. */
    public CheckpointCopy remove(String name) {
        changes.add(tensors -> tensors.remove(name));
        return this;
    }

    /** Replaces a key of config.json, so that readers no longer know it. */
    public CheckpointCopy hide(String key) {
        if (!config.contains('"' + key + '"')) {
            throw new AssertionError("No " + key + " in " + config);
        }
        config = config.replace('"' + key + '"', "\"hidden_" + key + '"');
        return this;
    }

    /** Writes the changed folder. */
    public void writeTo(Path folder) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> tensors =
                    Seq2SeqFiles.tensors(manager, source.resolve("model.safetensors"), "");
            changes.forEach(change -> change.accept(tensors));
            SafetensorsWriter.writeArrays(
                    folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
            Files.writeString(folder.resolve(PretrainedConfig.FILE), config);
        }
    }
}
