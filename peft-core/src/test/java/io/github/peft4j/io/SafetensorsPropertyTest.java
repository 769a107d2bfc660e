package io.github.peft4j.io;

import static io.github.peft4j.io.TensorFiles.resource;
import static io.github.peft4j.io.TensorFiles.toArray;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.exception.MalformedTensorFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;

class SafetensorsPropertyTest {

    /** A tensor and the bytes that it must have. */
    record Sample(Dtype dtype, Shape shape, ByteBuffer bytes) {

        TensorView view() {
            return TensorFiles.tensor(dtype, shape, toArray(bytes));
        }
    }

    /** One change of a file: at a place (a share of its length), of a kind. */
    record Damage(double place, Kind kind, int value) {

        enum Kind {
            FLIP_BIT,
            SET_BYTE,
            CUT,
            INSERT,
            REMOVE
        }

        byte[] applyTo(byte[] file) {
            int at = (int) (place * file.length);
            if (at >= file.length) {
                return file;
            }
            byte[] changed = file.clone();
            switch (kind) {
                case FLIP_BIT -> changed[at] ^= (byte) (1 << (value & 7));
                case SET_BYTE -> changed[at] = (byte) value;
                case CUT -> changed = Arrays.copyOf(file, at);
                case INSERT -> {
                    changed = Arrays.copyOf(file, file.length + 1);
                    System.arraycopy(file, at, changed, at + 1, file.length - at);
                    changed[at] = (byte) value;
                }
                case REMOVE -> {
                    changed = Arrays.copyOf(file, file.length - 1);
                    System.arraycopy(file, at + 1, changed, at, file.length - at - 1);
                }
            }
            return changed;
        }
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.strings()
                .ofMaxLength(12)
                .filter(
                        name ->
                                !name.equals("__metadata__")
                                        && name.codePoints()
                                                .noneMatch(c -> c >= 0xD800 && c < 0xE000));
    }

    @Provide
    Arbitrary<Sample> samples() {
        return Combinators.combine(
                        Arbitraries.of(Dtype.class),
                        Arbitraries.longs().between(0, 4).list().ofMaxSize(4),
                        Arbitraries.longs())
                .as(
                        (dtype, sizes, seed) -> {
                            boolean partBytes = dtype.bits() % 8 != 0;
                            List<Long> even =
                                    partBytes
                                            ? sizes.stream().map(size -> 4 * size).toList()
                                            : sizes;
                            Shape shape =
                                    even.isEmpty() && partBytes ? new Shape(4) : new Shape(even);
                            byte[] bytes = new byte[Math.toIntExact(dtype.bytes(shape))];
                            new Random(seed).nextBytes(bytes);
                            if (dtype == Dtype.BOOL) {
                                for (int i = 0; i < bytes.length; i++) {
                                    bytes[i] &= 1;
                                }
                            }
                            return new Sample(dtype, shape, ByteBuffer.wrap(bytes));
                        });
    }

    @Provide
    Arbitrary<Map<String, Sample>> tensors() {
        return Arbitraries.maps(names(), samples()).ofMaxSize(8);
    }

    @Provide
    Arbitrary<Map<String, String>> texts() {
        return Arbitraries.maps(names(), names()).ofMaxSize(3);
    }

    @Provide
    Arbitrary<Damage> damage() {
        return Combinators.combine(
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.of(Damage.Kind.class),
                        Arbitraries.integers().between(0, 255))
                .as(Damage::new);
    }

    @Property
    void readsWhatWasWritten(
            @ForAll("tensors") Map<String, Sample> tensors,
            @ForAll("texts") Map<String, String> metadata)
            throws IOException {
        Path file = Files.createTempFile("roundtrip", ".safetensors");
        Map<String, TensorView> views = new HashMap<>();
        tensors.forEach((name, sample) -> views.put(name, sample.view()));

        SafetensorsWriter.write(file, views, metadata);

        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.metadata()).isEqualTo(metadata);
            assertThat(reader.names()).isEqualTo(tensors.keySet());
            for (Map.Entry<String, Sample> tensor : tensors.entrySet()) {
                String name = tensor.getKey();
                Sample sample = tensor.getValue();
                assertThat(reader.dtype(name)).isEqualTo(sample.dtype());
                assertThat(reader.shape(name)).isEqualTo(sample.shape());
                assertThat(reader.bytes(name)).isEqualTo(sample.bytes());
                if (sample.dtype().dataType().isPresent() && !sample.dtype().isWidened()) {
                    NDArray array = reader.load(manager, name);
                    assertThat(array.toByteBuffer()).isEqualTo(sample.bytes());
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    @Property
    void refusesOrReadsDamagedFilesAndDoesNothingElse(
            @ForAll @Size(min = 1, max = 3) List<@From("damage") Damage> damages,
            @ForAll @IntRange(max = 1) int which)
            throws IOException {
        String[] good = {"python/mixed.safetensors", "python/names.safetensors"};
        byte[] bytes = Files.readAllBytes(resource(good[which]));
        for (Damage damage : damages) {
            bytes = damage.applyTo(bytes);
        }
        Path file = Files.write(Files.createTempFile("damaged", ".safetensors"), bytes);

        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                SafetensorsReader reader = SafetensorsReader.open(file)) {
            for (String name : reader.names()) {
                assertThat(reader.bytes(name).remaining())
                        .isEqualTo(reader.dtype(name).bytes(reader.shape(name)));
                if (reader.dtype(name).loadedType().isPresent()) {
                    assertThat(reader.load(manager, name).getShape()).isEqualTo(reader.shape(name));
                }
            }
            Statistics.label("verdict").collect("read");
        } catch (MalformedTensorFileException e) {
            Statistics.label("verdict").collect("refused");
            assertThat(e).hasMessageContaining(file.toString());
        } finally {
            Files.delete(file);
        }
        Statistics.label("verdict")
                .coverage(
                        verdicts -> {
                            verdicts.check("read").percentage(share -> share > 2);
                            verdicts.check("refused").percentage(share -> share > 50);
                        });
    }
}
