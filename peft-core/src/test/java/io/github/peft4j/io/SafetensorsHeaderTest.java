package io.github.peft4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peft4j.exception.MalformedTensorFileException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules of the header that no file in bad/ shows; each verdict was checked against Python. */
class SafetensorsHeaderTest {

    private static final String ENTRY = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

    @TempDir private Path directory;

    private SafetensorsReader open(String header) throws IOException {
        return SafetensorsReader.open(
                TensorFiles.write(directory.resolve("x.safetensors"), header, 4));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\uFEFF{\"a\":" + ENTRY + "}",
                "{\"a\":" + ENTRY + ",}",
                "{a:" + ENTRY + "}",
                "{'a':" + ENTRY + "}",
                "{\"a\":" + ENTRY + "} // comment",
                "{\"a\"=" + ENTRY + "}",
                "{\"a\":" + ENTRY + "}\0",
                "{\"\\ud83d\":" + ENTRY + "}",
                "{\"a\nb\":" + ENTRY + "}",
                "{\"\\'\":" + ENTRY + "}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1e0],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[01],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":1,\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":null,\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F4\",\"shape\":[7],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":NaN}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1e999}}",
                "{\"__metadata__\":{},\"__metadata__\":{},\"a\":" + ENTRY + "}",
                "{\"__metadata__\":{\"k\":null},\"a\":" + ENTRY + "}",
                // Python takes the next three in silence
                "{\"a\":" + ENTRY + ",\"a\":" + ENTRY + "}",
                "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":" + ENTRY + "}",
                "{\"a\":[\"F32\",[1],[0,4]]}",
            })
    void refuses(String header) {
        assertThatThrownBy(() -> open(header))
                .isExactlyInstanceOf(MalformedTensorFileException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"__metadata__\":null,\"a\":" + ENTRY + "}",
                "\t\r\n {\"a\":" + ENTRY + "}\n \t\r",
                "{\"a\":{\"data_offsets\":[0,4],\"shape\":[1],\"dtype\":\"F32\"}}",
                "{\"\\u0061\":" + ENTRY + "}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":{\"y\":[1,-2.5e3,true,null,\"\\n\"]}}}",
            })
    void accepts(String header) throws IOException {
        try (SafetensorsReader reader = open(header)) {
            assertThat(reader.names()).containsExactly("a");
            assertThat(reader.metadata()).isEmpty();
        }
    }

    @Test
    void listsTensorsInTheOrderOfTheirData() throws IOException {
        String header =
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[1,4]},"
                        + "\"z\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                        + "\"empty\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[1,1]}}";

        try (SafetensorsReader reader = open(header)) {
            assertThat(reader.names()).containsExactly("z", "empty", "a");
        }
    }

    @Test
    void showsStrangeNamesOnOneShortLine() {
        String header = "{\"a\\n\\u0000" + "x".repeat(100) + "\":{}}";

        assertThatThrownBy(() -> open(header))
                .hasMessageContaining(
                        "\"a\\u000a\\u0000" + "x".repeat(77) + "... (103 characters)\"");
    }

    @Test
    void recognisesAGitLfsPointer() throws IOException {
        Path file = directory.resolve("x.safetensors");
        java.nio.file.Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid");

        assertThatThrownBy(() -> SafetensorsReader.open(file)).hasMessageContaining("git lfs pull");
    }
}
