package io.github.peft4j.io.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.io.TensorFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {

    @TempDir private Path directory;
    private Path first;
    private Path second;
    private final IOException diskFull = new IOException("No space left on device");

    @BeforeEach
    void writeOldFiles() throws IOException {
        first = Files.writeString(directory.resolve("first"), "old first");
        second = Files.writeString(directory.resolve("second"), "old second");
    }

    private static FileContent failing(Exception failure) {
        return out -> {
            out.write(ByteBuffer.wrap(new byte[100_000]));
            if (failure instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw (IOException) failure;
        };
    }

    private void assertUntouched() {
        assertThat(first).hasContent("old first");
        assertThat(second).hasContent("old second");
        assertThat(directory).isDirectoryContaining(first::equals);
        assertThat(TensorFiles.list(directory, "*")).containsExactly(first, second);
    }

    @Test
    void replacesAllFiles() throws IOException {
        AtomicFiles.write(
                directory,
                ImmutableMap.of(
                        "first", FileContent.utf8("new \u00e9"), "second", FileContent.utf8("")));

        assertThat(first).hasContent("new \u00e9");
        assertThat(second).isEmptyFile();
        assertThat(TensorFiles.list(directory, "*")).containsExactly(first, second);
    }

    @Test
    void leavesOldFilesWholeWhenTheSecondFailsHalfway() {
        assertThatThrownBy(
                        () ->
                                AtomicFiles.write(
                                        directory,
                                        ImmutableMap.of(
                                                "first",
                                                FileContent.utf8("new"),
                                                "second",
                                                failing(diskFull))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Could not write " + second + ": No space left on device")
                .hasCause(diskFull);

        assertUntouched();
    }

    @Test
    void surfacesUncheckedErrorsWithTheFile() {
        RuntimeException failure = new IllegalStateException("array is closed");

        assertThatThrownBy(() -> AtomicFiles.write(directory, Map.of("first", failing(failure))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(first + ": array is closed")
                .hasCause(failure);

        assertUntouched();
    }

    @Test
    void cleansUpAfterErrorsToo() {
        FileContent fatal =
                out -> {
                    throw new OutOfMemoryError("injected");
                };

        assertThatThrownBy(
                        () ->
                                AtomicFiles.write(
                                        directory,
                                        ImmutableMap.of(
                                                "first", FileContent.utf8("new"), "second", fatal)))
                .isInstanceOf(OutOfMemoryError.class);

        assertUntouched();
    }

    @Test
    void makesDirectoriesAndRemovesThemOnFailure() throws IOException {
        Path deep = directory.resolve("a/b");
        assertThatThrownBy(
                        () ->
                                AtomicFiles.write(
                                        deep,
                                        ImmutableMap.of(
                                                "c/x",
                                                FileContent.utf8("x"),
                                                "y",
                                                failing(diskFull))))
                .hasMessageContaining(deep.resolve("y").toString());
        assertUntouched();

        AtomicFiles.write(deep, ImmutableMap.of("c/x", FileContent.utf8("x")));

        assertThat(deep.resolve("c/x")).hasContent("x");
    }

    @Test
    void refusesAFileInPlaceOfADirectory() {
        assertThatThrownBy(() -> AtomicFiles.write(first, Map.of("x", FileContent.utf8("x"))))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(first + ": it is a file where a directory must be");
        assertUntouched();
    }

    @Test
    void refusesADirectoryInPlaceOfAFileBeforeWriting() throws IOException {
        Path taken = Files.createDirectory(directory.resolve("taken"));

        assertThatThrownBy(
                        () ->
                                AtomicFiles.write(
                                        directory,
                                        ImmutableMap.of(
                                                "first",
                                                FileContent.utf8("new"),
                                                "taken",
                                                FileContent.utf8("x"))))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(taken + ": it is a directory where a file must be");

        Files.delete(taken);
        assertUntouched();
    }

    @Test
    void refusesNamesThatLeadOut() {
        for (String name : new String[] {"../x", "a/../../x", "/x", "", "."}) {
            assertThatThrownBy(
                            () -> AtomicFiles.write(directory, Map.of(name, FileContent.utf8("x"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("leads out of " + directory);
        }
        assertUntouched();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no POSIX permissions")
    void givesFilesTheUsualPermissions() throws IOException {
        Path usual = Files.createFile(directory.resolve("usual"));

        Path file = directory.resolve("new");
        AtomicFiles.write(file, FileContent.utf8("x"));

        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(Files.getPosixFilePermissions(usual));
    }

    @Test
    void keepsAnOpenReaderOnTheOldFile() throws IOException {
        Path file = directory.resolve("x.safetensors");
        SafetensorsWriter.write(file, Map.of(), Map.of("version", "1"));
        try (var in = Files.newInputStream(file)) {
            byte[] old = Files.readAllBytes(file);

            SafetensorsWriter.write(file, Map.of(), Map.of("version", "2", "more", "text"));

            assertThat(in.readAllBytes()).isEqualTo(old);
        }
    }
}
