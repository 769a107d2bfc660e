package io.github.peft4j.io;

import static io.github.peft4j.io.TensorFiles.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.exception.MalformedTensorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Broken files, each with the verdict of the Python reader. */
class BadFilesTest {

    /** Python hands out truth values of 2 and 255, with which its own results are undefined. */
    private static final Set<String> REFUSED_BY_US_ALONE = Set.of("bool-bad-value");

    private static final Map<String, Dtype> DTYPES =
            Map.of("float32", Dtype.F32, "bool", Dtype.BOOL);

    private static JsonObject verdicts() {
        try {
            return JsonParser.parseString(Files.readString(resource("bad/list.json")))
                    .getAsJsonObject()
                    .getAsJsonObject("files");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path file(String name) {
        return resource("bad").resolve(name + ".safetensors");
    }

    static Stream<String> refused() {
        return verdicts().entrySet().stream()
                .filter(
                        file ->
                                !loads(file.getValue())
                                        || REFUSED_BY_US_ALONE.contains(file.getKey()))
                .map(Map.Entry::getKey);
    }

    static Stream<String> accepted() {
        return verdicts().entrySet().stream()
                .filter(
                        file ->
                                loads(file.getValue())
                                        && !REFUSED_BY_US_ALONE.contains(file.getKey()))
                .map(Map.Entry::getKey);
    }

    private static boolean loads(JsonElement verdict) {
        return verdict.getAsJsonObject().get("loads").getAsBoolean();
    }

    @Test
    void listsEveryFile() {
        Set<String> files =
                TensorFiles.list(resource("bad"), "*.safetensors").stream()
                        .map(path -> path.getFileName().toString().replace(".safetensors", ""))
                        .collect(Collectors.toSet());

        assertThat(files).isEqualTo(verdicts().keySet()).hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesBeforeAnyTensorIsGivenOut(String name) {
        assertThatThrownBy(() -> SafetensorsReader.open(file(name)))
                .isExactlyInstanceOf(MalformedTensorFileException.class)
                .hasMessageContaining(name + ".safetensors: ");
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void acceptsWhatPythonAccepts(String name) throws IOException {
        JsonObject tensors = verdicts().getAsJsonObject(name).getAsJsonObject("tensors");

        try (SafetensorsReader reader = SafetensorsReader.open(file(name))) {
            assertThat(reader.names()).isEqualTo(tensors.keySet());
            for (String tensor : reader.names()) {
                JsonArray expected = tensors.getAsJsonArray(tensor);
                assertThat(reader.dtype(tensor))
                        .isEqualTo(DTYPES.get(expected.get(0).getAsString()));
                long[] shape =
                        expected.get(1).getAsJsonArray().asList().stream()
                                .mapToLong(JsonElement::getAsLong)
                                .toArray();
                assertThat(reader.shape(tensor)).isEqualTo(new Shape(shape));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    seven-bytes          | it has 7 bytes, fewer than the 8 of the header's length
                    length-max           | has 18446744073709551615 bytes, but there are 73
                    pickle-inside        | looks like a PyTorch pickle under another name
                    zip-inside           | looks like a PyTorch pickle under another name
                    not-utf8             | its header is not UTF-8
                    json-trailing        | it is malformed JSON at line 1 column 67
                    json-list            | found a list where an object must be
                    duplicate-key        | the key "a" stands there twice
                    gap-between          | "b": its data start at byte 8, but those of the tensors before it end at 4
                    data-too-long        | the header describes 16 bytes of tensor data, but the file holds 20
                    offsets-reversed     | "a": data_offsets [16, 0] must rise and stay within the 16 bytes
                    offsets-three        | "a": data_offsets holds 3 numbers, not 2
                    offsets-negative     | "a": found -16 where a whole number >= 0 must be
                    offsets-float        | "a": found 0.0 where a whole number >= 0 must be
                    offsets-huge         | "a": the number 9223372036854775808 is over 2^63 - 1
                    shape-mismatch       | "a": data_offsets [0, 16] hold 16 bytes, but F32 (3, 2) takes 24
                    shape-overflow       | is no possible size
                    shape-missing        | "a": each of dtype, shape and data_offsets must be there
                    dtype-unknown        | "a": the dtype "F33" is none of [BOOL, F4
                    metadata-not-strings | found a number where a string must be, at $.__metadata__
                    bool-bad-value       | tensor "a" of type BOOL holds 2 at element
                    """)
    void namesEntryValueAndRule(String name, String text) {
        assertThatThrownBy(() -> SafetensorsReader.open(file(name))).hasMessageContaining(text);
    }
}
