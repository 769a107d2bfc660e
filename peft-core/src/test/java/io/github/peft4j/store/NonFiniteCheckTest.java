package io.github.peft4j.store;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorView;
import io.github.peft4j.io.file.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NonFiniteCheckTest {

    @ParameterizedTest
    @CsvSource({
        "F32, 7f7fffff, 7f800000",
        "F32, ff7fffff, ffc00001",
        "BF16, 7f7f, 7f80",
        "F16, 7bff, fc00",
        "F64, 7fefffffffffffff, 7ff0000000000001"
    })
    void findsThemInPiecesOfAnySize(Dtype dtype, String greatest, String bad) {
        for (int piece = 1; piece <= 9; piece++) {
            assertThat(found(dtype, piece, greatest, greatest, greatest)).isFalse();
            assertThat(found(dtype, piece, greatest, greatest, bad)).isTrue();
            assertThat(found(dtype, piece, bad, greatest)).isTrue();
        }
    }

    private static boolean found(Dtype dtype, int piece, String... numbers) {
        int size = numbers[0].length() / 2;
        ByteBuffer all = ByteBuffer.allocate(size * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        for (String number : numbers) {
            long bits = Long.parseUnsignedLong(number, 16);
            for (int i = 0; i < size; i++) {
                all.put((byte) (bits >>> (8 * i)));
            }
        }
        NonFiniteCheck check = new NonFiniteCheck(dtype);
        for (int at = 0; at < all.capacity(); at += piece) {
            check.write(all.slice(at, Math.min(piece, all.capacity() - at)));
        }
        return check.found();
    }

    @Test
    void integersHaveNone() {
        assertThat(found(Dtype.I32, 4, "7f800000")).isFalse();
    }

    @Test
    void aBaseKeepsTheFinding(@TempDir Path folder) throws IOException {
        try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
            NDArray bad = scope.create(new float[] {1, Float.NaN});
            AtomicFiles.write(
                    folder.resolve("model.safetensors"),
                    SafetensorsWriter.content(
                            TensorView.of(
                                    ImmutableMap.of("a", bad, "b", scope.ones(bad.getShape()))),
                            ImmutableMap.of()));
        }
        Path cache = folder.resolve("cache");

        String fingerprint = BaseFingerprint.of(folder, Optional.of(cache));

        try (Stream<Path> files = Files.list(cache)) {
            assertThat(Files.readAllLines(files.findFirst().orElseThrow()))
                    .isEqualTo(List.of(fingerprint, "a"));
        }
        assertThat(BaseFingerprint.of(folder, Optional.of(cache))).isEqualTo(fingerprint);
    }
}
