package io.github.peft4j.examples.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;

/**
 * Writes float32 tensors as a safetensors file: eight bytes of header length, a JSON header padded
 * with spaces to a multiple of eight, then the data in the order of the names.
 *
 * <p>To be replaced by {@code io.github.peft4j.io.SafetensorsWriter}, which knows all types.
 */
final class PlainSafetensors implements TensorSink {

    @Override
    public void write(Path file, SortedMap<String, FloatTensor> tensors) throws IOException {
        try (FileChannel out =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(out, header(tensors));
            for (FloatTensor tensor : tensors.values()) {
                writeFully(out, tensor.data());
            }
            out.force(true);
        }
    }

    private static ByteBuffer header(Map<String, FloatTensor> tensors) {
        JsonObject header = new JsonObject();
        JsonObject metadata = new JsonObject();
        metadata.addProperty("format", "pt");
        header.add("__metadata__", metadata);
        long offset = 0;
        for (Map.Entry<String, FloatTensor> entry : tensors.entrySet()) {
            long end = offset + entry.getValue().data().remaining();
            JsonObject tensor = new JsonObject();
            tensor.addProperty("dtype", "F32");
            tensor.add("shape", array(entry.getValue().shape().getShape()));
            tensor.add("data_offsets", array(offset, end));
            header.add(entry.getKey(), tensor);
            offset = end;
        }
        String json = header.toString();
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        int padded = (length + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
        byte[] text = (json + " ".repeat(padded - length)).getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.putLong(padded).put(text).flip();
    }

    private static JsonArray array(long... values) {
        JsonArray array = new JsonArray();
        for (long value : values) {
            array.add(value);
        }
        return array;
    }

    private static void writeFully(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
