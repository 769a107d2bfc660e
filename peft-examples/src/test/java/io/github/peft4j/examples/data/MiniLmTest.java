package io.github.peft4j.examples.data;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import com.google.common.hash.Hashing;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MiniLmTest {

    @TempDir private Path cache;

    /** Sums of the tensors in sentence-transformers/all-MiniLM-L6-v2's own model.safetensors. */
    @Test
    void readsTheWeightsOfTheOriginalCheckpoint() throws Exception {
        AtomicReference<SortedMap<String, FloatTensor>> written = new AtomicReference<>();
        MiniLm.directory(cache, (file, tensors) -> written.set(tensors));

        SortedMap<String, FloatTensor> tensors = requireNonNull(written.get());
        assertThat(tensors).hasSize(103);
        assertThat(tensors.values().stream().mapToLong(tensor -> tensor.shape().size()).sum())
                .isEqualTo(22_713_216);
        assertTensor(
                tensors,
                "embeddings.word_embeddings.weight",
                new Shape(30522, 384),
                "352d34a4ad725bb742f36fc3f2a2dcfa7f07317926128d47c362198125003892");
        assertTensor(
                tensors,
                "encoder.layer.0.attention.self.query.weight",
                new Shape(384, 384),
                "37cd347d0b4299ae014caff80bbd196d9f597b14548b26027f800e300128486c");
        assertTensor(
                tensors,
                "encoder.layer.2.attention.output.LayerNorm.bias",
                new Shape(384),
                "7b8e16826ea30e5a2ba0b02e0095a901775981a296e98819625320e983060d08");
        assertTensor(
                tensors,
                "encoder.layer.3.intermediate.dense.weight",
                new Shape(1536, 384),
                "6414f149697978b8552faf034170de46d95d15ff9206ee6fca3b4dafa3859f0e");
        assertTensor(
                tensors,
                "encoder.layer.5.output.dense.weight",
                new Shape(384, 1536),
                "2386fe2f9d990b30b18e436bd981e6eafd7362955346c19cb5db6701ccda7fd7");
        assertTensor(
                tensors,
                "pooler.dense.weight",
                new Shape(384, 384),
                "eb9e55f478fe64f53f97c83c03f1823bbd0ddc932f8431ce5dce6ae8babbe873");
    }

    @Test
    void makesACheckpointDirectoryOnce() throws Exception {
        Path directory = MiniLm.directory(cache);

        assertThat(directory).isEqualTo(cache.resolve("minilm-1.0.0-beta1"));
        assertThat(names(directory))
                .containsExactly(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json");
        assertThat(directory.resolve("model.safetensors")).hasSize(90_864_192);
        assertThat(directory.resolve("tokenizer.json")).hasSize(742_346);
        assertThat(directory.resolve("config.json")).content().contains("\"hidden_size\": 384");
        TensorSink never =
                (file, tensors) -> {
                    throw new IOException("written twice");
                };
        assertThat(MiniLm.directory(cache, never)).isEqualTo(directory);
    }

    @Test
    void leavesNothingBehindWhenWritingFails() throws Exception {
        TensorSink full =
                (file, tensors) -> {
                    Files.writeString(file, "half");
                    throw new IOException("No space left on device");
                };

        assertThatThrownBy(() -> MiniLm.directory(cache, full))
                .hasMessage("No space left on device");

        assertThat(names(cache)).containsExactly("minilm.lock");
    }

    @Test
    void replacesWhatAKilledProcessLeft() throws Exception {
        Path partial = Files.createDirectory(cache.resolve("minilm-1.0.0-beta1.partial"));
        Files.writeString(partial.resolve("model.safetensors"), "half");

        Path directory =
                MiniLm.directory(cache, (file, tensors) -> Files.writeString(file, "whole"));

        assertThat(directory.resolve("model.safetensors")).hasContent("whole");
        assertThat(names(cache)).containsExactly("minilm-1.0.0-beta1", "minilm.lock");
    }

    @Test
    void makesOneDirectoryForManyThreads() throws Exception {
        AtomicInteger writes = new AtomicInteger();
        Callable<Path> first =
                () -> MiniLm.directory(cache, (file, tensors) -> writes.incrementAndGet());
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (var result : threads.invokeAll(List.of(first, first, first))) {
                assertThat(result.get()).isDirectory();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(writes).hasValue(1);
    }

    @Test
    void refusesFilesOfAnotherVersionAndMissingOnes() {
        MiniLm.SumOf other = new MiniLm.SumOf("all-minilm-l6-v2-tokenizer.json", "00ff");
        assertThatThrownBy(other::read)
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining("has sha256 754fbace")
                .hasMessageContaining("not 00ff")
                .hasMessageContaining("1.0.0-beta1 on the class path");
        assertThatThrownBy(() -> new MiniLm.SumOf("missing.onnx", "00ff").read())
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("Add dev.langchain4j:");
    }

    private static void assertTensor(
            SortedMap<String, FloatTensor> tensors, String key, Shape shape, String sha256) {
        FloatTensor tensor = requireNonNull(tensors.get(key), key);
        assertThat(tensor.shape()).as(key).isEqualTo(shape);
        byte[] bytes = new byte[tensor.data().remaining()];
        tensor.data().get(bytes);
        assertThat(Hashing.sha256().hashBytes(bytes)).as(key).hasToString(sha256);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
