package io.github.peft4j.io;

import static io.github.peft4j.io.TensorFiles.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsReaderTest {

    /** Large enough to be shared with the file. */
    private static final int LARGE = 1 << 15;

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

    /** Writes [0, 1, 2, ...] after {@code padding} further bytes. */
    private Path counting(int padding) throws IOException {
        byte[] values = new byte[LARGE * Float.BYTES];
        ByteBuffer floats = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < LARGE; i++) {
            floats.putFloat(i);
        }
        String header =
                String.format(
                        "{\"pad\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]},"
                                + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,%d],\"data_offsets\":[%d,%d]}}",
                        padding, padding, LARGE / 2, padding, padding + values.length);
        header += " ".repeat((8 - header.length() % 8) % 8);
        Path file =
                TensorFiles.write(
                        directory.resolve("w.safetensors"), header, padding + values.length);
        overwriteEnd(file, values);
        return file;
    }

    private static void overwriteEnd(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), channel.size() - bytes.length);
        }
    }

    private static void assertCounts(NDArray array) {
        float[] expected = new float[LARGE];
        for (int i = 0; i < LARGE; i++) {
            expected[i] = i;
        }
        assertThat(array.toFloatArray()).isEqualTo(expected);
    }

    @Test
    void loadsWhatPythonWroteInEveryTypeThatArraysCanHold() throws IOException {
        try (SafetensorsReader reader =
                SafetensorsReader.open(resource("python/mixed.safetensors"))) {
            int loaded = 0;
            for (String name : reader.names()) {
                Dtype dtype = reader.dtype(name);
                if (dtype.loadedType().isPresent()) {
                    NDArray array = reader.load(manager, name);
                    assertThat(array.getDataType()).isEqualTo(dtype.loadedType().get());
                    assertThat(array.getShape()).isEqualTo(reader.shape(name));
                    if (!dtype.isWidened()) {
                        assertThat(array.toByteBuffer()).isEqualTo(reader.bytes(name));
                    }
                    loaded++;
                }
            }
            assertThat(loaded).isEqualTo(10 * 3);
        }
    }

    @Test
    void readsTypesShapesAndValues() throws IOException {
        try (SafetensorsReader reader =
                SafetensorsReader.open(resource("python/mixed.safetensors"))) {
            assertThat(reader.shape("x.int64")).isEqualTo(new Shape(2, 3));
            assertThat(reader.shape("scalar.int64")).isEqualTo(new Shape());
            assertThat(reader.shape("a.empty.int64")).isEqualTo(new Shape(0, 4));
            assertThat(reader.shape("x.float8_e4m3fn")).isEqualTo(new Shape(2, 3));
            assertThat(reader.dtype("x.float8_e4m3fn")).isEqualTo(Dtype.F8_E4M3);
            assertThat(reader.dtype("x.complex64")).isEqualTo(Dtype.C64);
            assertThat(reader.load(manager, "x.int64").toLongArray())
                    .containsExactly(1, 0, 0, 0, 1, 0);
            assertThat(reader.load(manager, "x.float32").toFloatArray())
                    .containsExactly(
                            1.3021071f, 1.548972f, 0.87378263f, 1.0381815f, 1.2317047f, 1.6203766f);
            assertThat(reader.load(manager, "x.bfloat16").toFloatArray())
                    .containsExactly(
                            1.171875f, 0.06640625f, 0.27734375f, 0.484375f, 1.6328125f, 1.5859375f);
            assertThat(reader.load(manager, "scalar.float64").getDouble())
                    .isEqualTo(0.0024720430374145508);
        }
        try (SafetensorsReader reader =
                SafetensorsReader.open(resource("python/no-metadata.safetensors"))) {
            assertThat(reader.metadata()).isEmpty();
            assertThat(reader.load(manager, "w").toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    @Test
    void readsNamesAndMetadataOfAllKinds() throws IOException {
        try (SafetensorsReader reader =
                SafetensorsReader.open(resource("python/names.safetensors"))) {
            assertThat(reader.metadata())
                    .isEqualTo(
                            ImmutableMap.of("format \uD83D\uDE00\u2028\"", "pt\n\\\u00e9\u0002"));
            assertThat(reader.names())
                    .hasSize(21)
                    .contains("", "\uD83D\uDE00a", "\u4e2d\u6587", "nul\0", "line\nfeed\r\t\b\f");
            assertThat(reader.load(manager, "\uD83D\uDE00").toIntArray()).containsExactly(8);
        }
    }

    @Test
    void widensHalvesAsTorchDoes() throws IOException {
        try (SafetensorsReader reader =
                SafetensorsReader.open(resource("python/halves.safetensors"))) {
            for (String name : new String[] {"f16", "bf16"}) {
                NDArray widened = reader.load(manager, name);
                NDArray expected = reader.load(manager, name + ".float");

                assertThat(widened.getDataType()).isEqualTo(DataType.FLOAT32);
                assertThat(widened.toFloatArray())
                        .hasSizeGreaterThan(250)
                        .isEqualTo(expected.toFloatArray());
            }
        }
    }

    @Test
    void widensTensorsLongerThanOneChunk() throws IOException {
        Shape shape = new Shape(3, 50_001);
        byte[] bytes = new byte[Math.toIntExact(shape.size()) * 2];
        for (int i = 0; i < shape.size(); i++) {
            // bfloat16 of (i mod 128) + 1, exact
            int bits = Float.floatToRawIntBits(i % 128 + 1) >>> 16;
            bytes[2 * i] = (byte) bits;
            bytes[2 * i + 1] = (byte) (bits >> 8);
        }
        Path file = directory.resolve("long.safetensors");
        SafetensorsWriter.write(
                file,
                ImmutableMap.of("w", TensorFiles.tensor(Dtype.BF16, shape, bytes)),
                ImmutableMap.of());

        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            float[] values = reader.load(manager, "w").toFloatArray();
            for (int i = 0; i < values.length; i++) {
                assertThat(values[i]).isEqualTo(i % 128 + 1);
            }
        }
    }

    @Test
    void sharesALargeAlignedTensorWithTheFile() throws IOException {
        Path file = counting(8);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            NDArray shared = reader.load(manager, "w");

            overwriteEnd(file, new byte[LARGE * Float.BYTES]);

            assertThat(shared.countNonzero().getLong()).as("a copy would still count").isZero();
        }
    }

    @Test
    void copiesWhenAskedToOrMisaligned() throws IOException {
        Path file = counting(8);
        try (SafetensorsReader reader = SafetensorsReader.openUnmapped(file)) {
            NDArray copied = reader.load(manager, "w");
            overwriteEnd(file, new byte[LARGE * Float.BYTES]);
            assertCounts(copied);
        }
        file = counting(7);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            NDArray copied = reader.load(manager, "w");
            overwriteEnd(file, new byte[LARGE * Float.BYTES]);
            assertCounts(copied);
        }
    }

    @Test
    void givesArraysThatOutliveTheReader() throws IOException {
        NDArray shared;
        ByteBuffer bytes;
        try (SafetensorsReader reader = SafetensorsReader.open(counting(16))) {
            shared = reader.load(manager, "w");
            bytes = reader.bytes("w");
        }
        for (int i = 0; i < 3; i++) {
            System.gc();
            System.runFinalization();
        }

        assertCounts(shared);
        assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getFloat(4 * 777)).isEqualTo(777f);
    }

    @Test
    void givesIndependentArraysAndNeverWritesToTheFile() throws IOException {
        Path file = counting(16);
        byte[] before = Files.readAllBytes(file);
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            NDArray first = reader.load(manager, "w");
            NDArray second = reader.load(manager, "w");

            first.addi(1);

            assertThat(first.getFloat(0, 0)).isEqualTo(1f);
            assertCounts(second);
            assertCounts(reader.load(manager, "w"));
            assertThat(reader.bytes("w").getFloat(0)).isZero();
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void readsFilesThatMayNotBeWritten() throws IOException {
        Path file = counting(16);
        assertThat(file.toFile().setWritable(false)).isTrue();
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            NDArray array = reader.load(manager, "w");
            assertCounts(array);
            array.addi(1); // a read-only mapping would crash the JVM here
            assertThat(array.getFloat(0, 5)).isEqualTo(6f);
        }
    }

    @Test
    void reachesBeyondFourGigabytes() throws IOException {
        long far = 5L << 30;
        String header =
                String.format(
                        "{\"far\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]},"
                                + "\"near\":{\"dtype\":\"U8\",\"shape\":[5,1073741824],"
                                + "\"data_offsets\":[0,%d]}}",
                        LARGE, far, far + 4L * LARGE, far);
        header += " ".repeat((8 - header.length() % 8) % 8);
        Path file = TensorFiles.write(directory.resolve("far.safetensors"), header, 0);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            // sparse: takes a few kilobytes on disk
            ByteBuffer last =
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(7).flip();
            channel.write(last, channel.size() + far + 4L * LARGE - 4);
        }

        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.load(manager, "far").getFloat(LARGE - 1)).isEqualTo(7f);
            assertThat(reader.bytes("far").getFloat(4 * (LARGE - 1))).isEqualTo(7f);
            assertThatThrownBy(() -> reader.bytes("near"))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("5368709120 bytes")
                    .hasMessageContaining("view(name)");
        }
    }

    @Test
    void widensShortIntegers() throws IOException {
        try (SafetensorsReader reader =
                SafetensorsReader.open(resource("python/mixed.safetensors"))) {
            ShortBuffer shorts = reader.bytes("x.int16").asShortBuffer();
            int[] expected = new int[shorts.remaining()];
            Arrays.setAll(expected, shorts::get);

            assertThat(expected).isNotEmpty();
            assertThat(reader.load(manager, "x.int16").toIntArray()).isEqualTo(expected);
        }
    }

    @Test
    void refusesTypesThatNoArrayCanHold() throws IOException {
        try (SafetensorsReader reader =
                SafetensorsReader.open(resource("python/mixed.safetensors"))) {
            for (String name : Set.of("x.uint32", "x.complex64", "x.float8_e5m2")) {
                assertThatThrownBy(() -> reader.load(manager, name))
                        .isInstanceOf(UnsupportedFeatureException.class)
                        .hasMessageContaining(name)
                        .hasMessageContaining("has the type " + reader.dtype(name));
            }
        }
    }

    @Test
    void namesTheTensorsThatItHolds() throws IOException {
        try (SafetensorsReader reader =
                SafetensorsReader.open(resource("python/names.safetensors"))) {
            assertThat(reader.contains("c")).isFalse();
            assertThatThrownBy(() -> reader.load(manager, "c"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "names.safetensors holds no tensor \"c\". It holds [\"\", ")
                    .hasMessageContaining("and 11 more");
        }
    }

    @Test
    void refusesUseAfterClosing() throws IOException {
        SafetensorsReader reader =
                SafetensorsReader.open(resource("python/no-metadata.safetensors"));
        reader.close();

        assertThatThrownBy(() -> reader.load(manager, "w"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no-metadata.safetensors has been closed");
    }

    @Test
    void noticesThatTheFileWasCutWhileOpen() throws IOException {
        Path file = counting(8);
        try (SafetensorsReader reader = SafetensorsReader.open(file);
                SafetensorsReader copying = SafetensorsReader.openUnmapped(file)) {
            long size = Files.size(file);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(size - 4);
            }

            assertThatThrownBy(() -> reader.load(manager, "w"))
                    .isInstanceOf(MalformedTensorFileException.class)
                    .hasMessageContaining("it had " + size + " bytes when opened");
            assertThatThrownBy(() -> copying.load(manager, "w"))
                    .isInstanceOf(MalformedTensorFileException.class)
                    .hasMessageContaining("it was cut short while open");
            assertThat(Files.size(file)).as("not lengthened by mapping").isEqualTo(size - 4);
        }
    }

    @Test
    void saysWhyAPathCannotBeOpened() {
        assertThatThrownBy(() -> SafetensorsReader.open(directory.resolve("none.safetensors")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none.safetensors: there is no such file");
        assertThatThrownBy(() -> SafetensorsReader.open(directory))
                .isInstanceOf(MalformedTensorFileException.class)
                .hasMessageContaining("it is not a file");
    }
}
