package io.github.peft4j.transformers.precision;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A checkpoint rewritten in a type of 16 bits, which most of the golden ones are not. */
final class HalfCheckpoint {

    private HalfCheckpoint() {}

    /** Writes config.json and the weights of a checkpoint into a folder. */
    static Path write(Path from, Dtype dtype, Path to) throws IOException {
        Files.createDirectories(to);
        Files.copy(from.resolve("config.json"), to.resolve("config.json"));
        try (Checkpoint checkpoint = Checkpoint.open(from);
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, TensorView> tensors = new LinkedHashMap<>();
            for (String name : checkpoint.names()) {
                NDArray array = checkpoint.load(manager, name);
                tensors.put(
                        name,
                        array.getDataType().isFloating()
                                ? TensorView.of(array, dtype)
                                : TensorView.of(array));
            }
            SafetensorsWriter.write(
                    to.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        }
        return to;
    }
}
