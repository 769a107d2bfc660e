package io.github.peft4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.checkpoint.CheckpointWriter;
import io.github.peft4j.io.file.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseFingerprintTest {

    private final NDManager scope = NDManager.newBaseManager("PyTorch");
    private final NDArray one = scope.create(new float[] {1, 2, 3});
    private final NDArray two = scope.create(new float[] {4, 5});
    @TempDir private Path folder;

    @AfterEach
    void close() {
        scope.close();
    }

    private Path model(String name, ImmutableMap<String, NDArray> arrays) throws IOException {
        Path directory = folder.resolve(name);
        AtomicFiles.write(
                directory.resolve("model.safetensors"),
                SafetensorsWriter.content(TensorView.of(arrays), ImmutableMap.of("n", name)));
        return directory;
    }

    private static String of(Path directory) throws IOException {
        return BaseFingerprint.of(directory, Optional.empty());
    }

    @Test
    void countsNamesShapesAndBytesAlone() throws IOException {
        String first = of(model("first", ImmutableMap.of("a", one, "b", two)));

        assertThat(first).matches("sha256:[0-9a-f]{64}");
        assertThat(of(model("order", ImmutableMap.of("b", two, "a", one)))).isEqualTo(first);
        assertThat(of(model("name", ImmutableMap.of("a", one, "c", two)))).isNotEqualTo(first);
        assertThat(of(model("shape", ImmutableMap.of("a", one.reshape(3, 1), "b", two))))
                .isNotEqualTo(first);
        assertThat(of(model("byte", ImmutableMap.of("a", one.add(1e-7f), "b", two))))
                .isNotEqualTo(first);
    }

    @Test
    void isThatOfTheShards() throws IOException {
        ImmutableMap<String, NDArray> arrays = ImmutableMap.of("a", one, "b", two);
        Path sharded = folder.resolve("sharded");
        CheckpointWriter.write(sharded, TensorView.of(arrays), ImmutableMap.of(), 12);

        assertThat(sharded.resolve("model.safetensors.index.json")).exists();
        assertThat(of(sharded)).isEqualTo(of(model("whole", arrays)));
    }

    @Test
    void isComputedOnceForAFile() throws IOException {
        Optional<Path> cache = Optional.of(folder.resolve("cache"));
        Path model = model("kept", ImmutableMap.of("a", one));
        String first = BaseFingerprint.of(model, cache);
        Path kept;
        try (Stream<Path> files = Files.list(cache.orElseThrow())) {
            kept = files.findFirst().orElseThrow();
        }
        String other = first.substring(0, first.length() - 4) + "0123";
        Files.writeString(kept, other);
        assertThat(BaseFingerprint.of(model, cache)).isEqualTo(other);

        // a cache that is broken, or cannot be written, changes nothing
        Files.writeString(kept, "sha256:");
        assertThat(BaseFingerprint.of(model, cache)).isEqualTo(first);
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(BaseFingerprint.of(model, Optional.of(file))).isEqualTo(first);

        // other weights in the same place are seen
        model("kept", ImmutableMap.of("a", two));
        assertThat(BaseFingerprint.of(model, cache)).isNotEqualTo(first);
    }
}
