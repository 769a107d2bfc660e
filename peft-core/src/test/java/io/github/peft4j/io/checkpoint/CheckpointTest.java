package io.github.peft4j.io.checkpoint;

import static io.github.peft4j.io.TensorFiles.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.io.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {

    private static final String QUERY = "bert.encoder.layer.0.attention.self.query.weight";

    @TempDir private Path directory;

    private void index(String text) throws IOException {
        Files.writeString(directory.resolve("model.safetensors.index.json"), text);
    }

    private void shard(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.copy(resource("python/no-metadata.safetensors"), file);
    }

    @Test
    void readsShardsAsIfTheyWereOneFile() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Checkpoint single = Checkpoint.open(resource("checkpoints/bert-seqcls"));
                Checkpoint sharded = Checkpoint.open(resource("checkpoints/bert-seqcls-sharded"))) {
            assertThat(sharded.names()).hasSize(41).isEqualTo(single.names());
            for (String name : single.names()) {
                assertThat(sharded.shape(name)).isEqualTo(single.shape(name));
                assertThat(sharded.dtype(name)).isEqualTo(Dtype.F32);
                assertThat(sharded.load(manager, name).getShape()).isEqualTo(single.shape(name));
            }
            // one tensor each of three shards, as Python reads them
            assertThat(start(sharded.load(manager, "bert.embeddings.word_embeddings.weight")))
                    .containsExactly(-0.17225952f, 0.5162352f, 0.65704346f);
            assertThat(
                            start(
                                    sharded.load(
                                            manager,
                                            "bert.encoder.layer.0.attention.self.query.bias")))
                    .containsExactly(-0.0078044767f, -0.029178603f, -0.1865289f);
            assertThat(start(sharded.load(manager, "classifier.bias")))
                    .containsExactly(0.0031457953f, 0.03867766f, -0.078917526f);
        }
    }

    private static float[] start(NDArray array) {
        return Arrays.copyOf(array.toFloatArray(), 3);
    }

    @Test
    void widensBfloat16() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Checkpoint checkpoint = Checkpoint.open(resource("checkpoints/bert-seqcls-bf16"))) {
            assertThat(checkpoint.contains(QUERY)).isTrue();
            assertThat(checkpoint.dtype(QUERY)).isEqualTo(Dtype.BF16);
            NDArray weight = checkpoint.load(manager, QUERY);
            assertThat(weight.getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(weight.getShape()).isEqualTo(checkpoint.shape(QUERY));
            assertThat(start(weight)).containsExactly(-0.104003906f, 0.009338379f, -0.0134887695f);
            for (float value : weight.toFloatArray()) {
                assertThat(Float.floatToRawIntBits(value) & 0xffff).isZero();
            }
        }
    }

    @Test
    void prefersTheSingleFileAndKeepsTensorsAfterClosing() throws IOException {
        shard("model.safetensors");
        index("not even JSON");
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray array;
            try (Checkpoint checkpoint = Checkpoint.open(directory)) {
                assertThat(checkpoint.names()).containsExactly("w");
                array = checkpoint.load(manager, "w");
            }
            assertThat(array.toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void readsShardsInFoldersBelow() throws IOException {
        shard("parts/one.safetensors");
        index(
                "{\"metadata\":{\"total_size\":24},\"weight_map\":{\"w\":\"parts/one.safetensors\"}}");
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThat(checkpoint.shape("w")).isEqualTo(new Shape(2, 3));
        }
    }

    @Test
    void namesAMissingShardAndItsTensor() throws IOException {
        index("{\"weight_map\":{\"w\":\"one.safetensors\"}}");

        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(MalformedTensorFileException.class)
                .hasMessageContaining("model.safetensors.index.json: ")
                .hasMessageContaining(
                        "puts \"w\" into \"one.safetensors\", but there is no such file");
    }

    @Test
    void namesATensorThatItsShardLacks() throws IOException {
        shard("one.safetensors");
        index("{\"weight_map\":{\"w\":\"one.safetensors\",\"v\":\"one.safetensors\"}}");

        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(MalformedTensorFileException.class)
                .hasMessageContaining(
                        "puts \"v\" into one.safetensors, but that shard does not hold");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../one.safetensors", "a/../../one.safetensors", "/etc/passwd", ".", ""})
    void refusesPathsOutOfTheDirectory(String path) throws IOException {
        index("{\"weight_map\":{\"w\":\"" + path + "\"}}");

        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(MalformedTensorFileException.class)
                .hasMessageContaining("puts \"w\" into \"" + path + "\", which is outside");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{\"w\":1}}",
                "{\"weight_map\":{\"w\":\"a\\u0000b\"}}",
                "{\"weight_map\":{\"w\":\"x\",\"w\":\"y\"}}",
                "{\"weight_map\":{}} x",
            })
    void refusesABrokenIndex(String text) throws IOException {
        index(text);

        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isExactlyInstanceOf(MalformedTensorFileException.class)
                .hasMessageContaining("model.safetensors.index.json: ");
    }

    @Test
    void refusesABrokenShard() throws IOException {
        Files.writeString(directory.resolve("one.safetensors"), "broken");
        index("{\"weight_map\":{\"w\":\"one.safetensors\"}}");

        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(MalformedTensorFileException.class)
                .hasMessageContaining("one.safetensors: it has 6 bytes");
    }

    @Test
    void refusesPickledWeightsWithTheCure() throws IOException {
        Files.writeString(directory.resolve("pytorch_model.bin"), "pickle");
        Files.writeString(directory.resolve("adapter_model.bin"), "pickle");

        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("holds pickled weights only (pytorch_model.bin)")
                .hasMessageContaining("for f in ['pytorch_model.bin']")
                .hasMessageContaining("'model.safetensors', metadata={'format': 'pt'})");
        assertThatThrownBy(() -> Checkpoint.openAdapter(directory))
                .isInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContaining("for f in ['adapter_model.bin']")
                .hasMessageContaining("'adapter_model.safetensors'");
    }

    @Test
    void saysWhatADirectoryHoldsInstead() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{}");

        assertThatThrownBy(() -> Checkpoint.open(directory))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageContaining("The directory holds [config.json]");
        assertThatThrownBy(() -> Checkpoint.open(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("there is no such directory");
        assertThatThrownBy(() -> Checkpoint.open(directory.resolve("config.json")))
                .isInstanceOf(NotDirectoryException.class)
                .hasMessageContaining("config.json is a file");
    }

    @Test
    void letsAnAdapterBeSavedAgainWhileItIsInUse() throws IOException {
        Path file = directory.resolve("adapter_model.safetensors");
        Files.copy(resource("adapters/oft-embedding.safetensors"), file);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Checkpoint adapter = Checkpoint.openAdapter(directory)) {
            String name = adapter.names().iterator().next();
            NDArray array = adapter.load(manager, name);
            float[] before = array.toFloatArray();

            Files.write(file, new byte[0]); // in place, as older Python versions do

            assertThat(array.toFloatArray()).isEqualTo(before);
        }
    }

    @Test
    void namesTheDirectoryForAnUnknownTensor() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(resource("checkpoints/bert-seqcls-sharded"))) {
            assertThat(checkpoint.contains("nope")).isFalse();
            assertThatThrownBy(() -> checkpoint.shape("nope"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bert-seqcls-sharded holds no tensor \"nope\"");
        }
    }
}
