package io.github.peft4j.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import com.google.common.hash.Hashing;
import io.github.peft4j.io.SafetensorsReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MiniLmTest {

    @TempDir private Path cache;

    /** Sums of the tensors in sentence-transformers/all-MiniLM-L6-v2's own model.safetensors. */
    @Test
    void writesTheWeightsOfTheOriginalCheckpoint() throws Exception {
        Path directory = MiniLm.directory(cache);

        assertThat(directory).isEqualTo(cache.resolve("minilm-1.0.0-beta1"));
        assertThat(names(directory))
                .containsExactly(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json");
        assertThat(directory.resolve("tokenizer.json")).hasSize(742_346);
        assertThat(directory.resolve("config.json"))
                .content()
                .contains("\"hidden_size\": 384", "\"sentence-transformers/all-MiniLM-L6-v2\"");
        Path weights = directory.resolve("model.safetensors");
        assertThat(weights).hasSize(90_864_192);
        try (SafetensorsReader tensors = SafetensorsReader.open(weights)) {
            assertThat(tensors.names()).hasSize(103);
            assertThat(tensors.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(tensors.names().stream().mapToLong(name -> tensors.shape(name).size()).sum())
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
    }

    /** Making it anew would give other files: whoever has it open would lose it. */
    @Test
    void makesOneDirectoryForManyThreadsAndKeepsIt() throws Exception {
        Callable<Object> first = () -> fileKey(MiniLm.directory(cache));
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Object> keys = new ArrayList<>();
        try {
            for (Future<Object> key : threads.invokeAll(List.of(first, first, first))) {
                keys.add(key.get());
            }
        } finally {
            threads.shutdownNow();
        }
        keys.add(fileKey(MiniLm.directory(cache)));

        assertThat(keys).hasSize(4).containsOnly(keys.get(0));
    }

    @Test
    void leavesNothingBehindWhenItFails() throws Exception {
        Files.createFile(cache.resolve("minilm-1.0.0-beta1")); // a folder cannot replace it

        assertThatThrownBy(() -> MiniLm.directory(cache)).isInstanceOf(IOException.class);

        assertThat(names(cache)).containsExactly("minilm-1.0.0-beta1", "minilm-1.0.0-beta1.lock");
    }

    @Test
    void replacesWhatAKilledProcessLeft() throws Exception {
        Path partial = Files.createDirectory(cache.resolve("minilm-1.0.0-beta1.partial"));
        Files.writeString(partial.resolve("model.safetensors"), "half");

        Path directory = MiniLm.directory(cache);

        assertThat(directory.resolve("model.safetensors")).hasSize(90_864_192);
        assertThat(names(cache)).containsExactly("minilm-1.0.0-beta1", "minilm-1.0.0-beta1.lock");
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
            SafetensorsReader tensors, String key, Shape shape, String sha256) throws IOException {
        assertThat(tensors.shape(key)).as(key).isEqualTo(shape);
        assertThat(Hashing.sha256().hashBytes(tensors.bytes(key))).as(key).hasToString(sha256);
    }

    private static Object fileKey(Path directory) throws IOException {
        Path weights = directory.resolve("model.safetensors");
        return Files.readAttributes(weights, BasicFileAttributes.class).fileKey();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
