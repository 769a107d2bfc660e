package io.github.peft4j.io;

import ai.djl.ndarray.types.Shape;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files and bytes that the tests of this package share. */
public final class TensorFiles {

    private TensorFiles() {}

    /** A file or directory among the test resources of this package. */
    public static Path resource(String name) {
        try {
            return Path.of(Resources.getResource("io/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(name, e);
        }
    }

    /** Paths in a directory, sorted. */
    public static List<Path> list(Path directory, String glob) {
        List<Path> paths = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
            files.forEach(paths::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return paths.stream().sorted().toList();
    }

    /** A safetensors file of this header, as it is, and this many zero bytes. */
    public static Path write(Path file, String header, int dataBytes) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + json.length + dataBytes)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json);
        return Files.write(file, bytes.array());
    }

    /** All remaining bytes. */
    public static byte[] toArray(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /** A tensor made of bytes. */
    public static TensorView tensor(Dtype dtype, Shape shape, byte[] bytes) {
        return new TensorView() {
            @Override
            public Dtype dtype() {
                return dtype;
            }

            @Override
            public Shape shape() {
                return shape;
            }

            @Override
            public void writeTo(WritableByteChannel out) throws IOException {
                out.write(ByteBuffer.wrap(bytes));
            }
        };
    }
}
