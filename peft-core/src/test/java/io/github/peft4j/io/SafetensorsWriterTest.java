package io.github.peft4j.io;

import static io.github.peft4j.io.TensorFiles.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsWriterTest {

    @TempDir private Path directory;
    private NDManager manager;

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager("PyTorch");
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    static Stream<Path> filesFromPython() {
        return Stream.of(
                        "python",
                        "adapters",
                        "checkpoints/bert-seqcls",
                        "checkpoints/bert-seqcls-bf16")
                .flatMap(name -> TensorFiles.list(resource(name), "*.safetensors").stream());
    }

    @ParameterizedTest
    @MethodSource("filesFromPython")
    void writesTheBytesThatPythonWrote(Path original) throws IOException {
        Path copy = directory.resolve("copy.safetensors");
        try (SafetensorsReader reader = SafetensorsReader.open(original)) {
            Map<String, TensorView> backwards = new LinkedHashMap<>();
            for (String name : ImmutableSet.copyOf(reader.names()).asList().reverse()) {
                backwards.put(name, reader.view(name));
            }

            SafetensorsWriter.write(copy, backwards, reader.metadata());
        }

        assertThat(copy).hasSameBinaryContentAs(original);
    }

    @ParameterizedTest
    @MethodSource("filesFromPython")
    void writesArraysAsPythonDid(Path original) throws IOException {
        Path copy = directory.resolve("copy.safetensors");
        try (SafetensorsReader reader = SafetensorsReader.open(original)) {
            Map<String, TensorView> tensors = new LinkedHashMap<>();
            for (String name : reader.names()) {
                Optional<DataType> type = reader.dtype(name).dataType();
                tensors.put(
                        name,
                        type.isPresent()
                                ? TensorView.of(array(reader, name, type.get()))
                                : reader.view(name));
            }

            SafetensorsWriter.write(copy, tensors, reader.metadata());
        }

        assertThat(copy).hasSameBinaryContentAs(original);
    }

    /** Also of F16, which loading would widen. */
    private NDArray array(SafetensorsReader reader, String name, DataType type) throws IOException {
        ByteBuffer bytes = reader.bytes(name);
        return manager.create(
                ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip(),
                reader.shape(name),
                type);
    }

    @Test
    void writesTransposedAndSlicedArraysInTheirOwnOrder() throws IOException {
        NDArray matrix = manager.arange(6f).reshape(2, 3);
        Path file = directory.resolve("t.safetensors");

        SafetensorsWriter.writeArrays(
                file,
                ImmutableMap.of("turned", matrix.transpose(), "column", matrix.get(":,1")),
                ImmutableMap.of());

        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.load(manager, "turned").toFloatArray())
                    .containsExactly(0, 3, 1, 4, 2, 5);
            assertThat(reader.shape("turned")).isEqualTo(new Shape(3, 2));
            assertThat(reader.load(manager, "column").toFloatArray()).containsExactly(1, 4);
        }
    }

    @Test
    void leavesNoArrayBehind() throws IOException {
        NDArray matrix = manager.arange(6f).reshape(2, 3).transpose();
        int before = manager.getManagedArrays().size();

        SafetensorsWriter.writeArrays(
                directory.resolve("x.safetensors"), Map.of("a", matrix), Map.of());

        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    @Test
    void sortsMetadataAndKeepsItsTexts() throws IOException {
        Path file = directory.resolve("m.safetensors");
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("b", "\"\\/\u007f\u2028");
        metadata.put("a", "1");

        SafetensorsWriter.write(file, Map.of(), metadata);

        assertThat(Files.readString(file).substring(8).stripTrailing())
                .isEqualTo("{\"__metadata__\":{\"a\":\"1\",\"b\":\"\\\"\\\\/\u007f\u2028\"}}");
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.metadata()).isEqualTo(metadata);
        }
    }

    @Test
    void refusesNamesThatTheFormatCannotHold() {
        TensorView tensor = TensorFiles.tensor(Dtype.U8, new Shape(1), new byte[1]);
        for (String name : List.of("__metadata__", "half \uD83D pair")) {
            assertThatThrownBy(() -> SafetensorsWriter.content(Map.of(name, tensor), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Rename it");
        }
        assertThatThrownBy(() -> SafetensorsWriter.content(Map.of(), Map.of("k", "\uDE00")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"\\ude00\" holds half a surrogate pair");
    }

    @Test
    void refusesATensorWithTooFewOrTooManyBytes() {
        Path file = directory.resolve("x.safetensors");
        for (int length : new int[] {3, 5}) {
            TensorView wrong = TensorFiles.tensor(Dtype.U8, new Shape(4), new byte[length]);

            assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of("a", wrong), Map.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining(
                            "the tensor \"a\" gave " + length + " bytes, but U8 (4) takes 4");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void refusesArraysThatCannotBeWritten() {
        NDArray sparse =
                manager.createCoo(
                        java.nio.FloatBuffer.wrap(new float[] {1}),
                        new long[][] {{0}, {1}},
                        new Shape(2, 2));

        assertThatThrownBy(() -> TensorView.of(sparse))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("A sparse array (2, 2) cannot be written");
        assertThatThrownBy(() -> TensorView.of(manager.create("text")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("An array of type string cannot be written");
    }
}
