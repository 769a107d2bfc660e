package io.github.peft4j.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainSafetensorsTest {

    @TempDir private Path folder;

    @Test
    void writesHeaderAndDataInTheOrderOfTheNames() throws Exception {
        TreeMap<String, FloatTensor> tensors = new TreeMap<>();
        tensors.put("b.weight", tensor(new Shape(1, 2), 3, 4));
        tensors.put("a", tensor(new Shape(1), 1));
        Path file = folder.resolve("model.safetensors");

        new PlainSafetensors().write(file, tensors);

        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong();
        assertThat(length % 8).isZero();
        byte[] header = new byte[length];
        bytes.get(header);
        assertThat(new String(header, StandardCharsets.UTF_8).stripTrailing())
                .isEqualTo(
                        "{\"__metadata__\":{\"format\":\"pt\"},"
                                + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                                + "\"b.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],"
                                + "\"data_offsets\":[4,12]}}");
        assertThat(bytes.remaining()).isEqualTo(12);
        assertThat(new float[] {bytes.getFloat(), bytes.getFloat(), bytes.getFloat()})
                .containsExactly(1, 3, 4);
    }

    @Test
    void replacesNoFile() throws Exception {
        Path file = Files.createFile(folder.resolve("model.safetensors"));
        assertThatThrownBy(() -> new PlainSafetensors().write(file, new TreeMap<>()))
                .isInstanceOf(FileAlreadyExistsException.class);
    }

    private static FloatTensor tensor(Shape shape, float... values) {
        return new FloatTensor(shape, ByteBuffer.wrap(OnnxBytes.littleEndian(values)));
    }
}
