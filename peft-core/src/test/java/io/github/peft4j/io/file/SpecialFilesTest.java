package io.github.peft4j.io.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is no plain file of its own: links, pipes, and what dead savers left. */
class SpecialFilesTest {

    private static final ImmutableMap<String, FileContent> NEW =
            ImmutableMap.of("first", FileContent.utf8("new"), "second", FileContent.utf8("new"));

    @TempDir private Path folder;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void followsALinkToItsFile() throws IOException {
        Path store = Files.createDirectory(folder.resolve("store"));
        Path file = Files.writeString(store.resolve("weights"), "old");
        Path at = Files.createDirectory(folder.resolve("at"));
        Files.createSymbolicLink(at.resolve("hop"), file);
        Files.createSymbolicLink(at.resolve("first"), Path.of("hop"));

        AtomicFiles.write(at, NEW);
        AtomicFiles.write(at.resolve("first"), FileContent.utf8("newer"));

        assertThat(at.resolve("first")).isSymbolicLink().hasContent("newer");
        assertThat(file).hasContent("newer");
        assertThat(store).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void countsStepsUpFromWhereAFolderReallyLies() throws IOException {
        Path real = Files.createDirectories(folder.resolve("real/deep"));
        Path shown = Files.createDirectories(folder.resolve("shown"));
        Path at = Files.createSymbolicLink(shown.resolve("at"), real);
        Files.createSymbolicLink(real.resolve("first"), Path.of("../weights"));

        AtomicFiles.write(at, NEW);
        AtomicFiles.write(at.resolve("../beside"), FileContent.utf8("x"));
        AtomicFiles.write(at.resolve("../folder"), NEW);

        assertThat(folder.resolve("real/weights")).hasContent("new");
        assertThat(folder.resolve("real/beside")).hasContent("x");
        assertThat(folder.resolve("real/folder/first")).hasContent("new");
        assertThat(shown).isDirectoryNotContaining(other -> !other.equals(at));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void writesTheFileThatALinkLeadsToThoughItIsNotThere() throws IOException {
        Files.createSymbolicLink(folder.resolve("first"), folder.resolve("later"));

        AtomicFiles.write(folder, NEW);

        assertThat(folder.resolve("first")).isSymbolicLink();
        assertThat(folder.resolve("later")).hasContent("new");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "links need a privilege there")
    void refusesLinksThatMustNotBeWrittenThrough() throws IOException {
        Path blobs = Files.createDirectories(folder.resolve("models--a--b/blobs"));
        Path snapshot = Files.createDirectories(folder.resolve("models--a--b/snapshots/1"));
        Path blob = Files.writeString(blobs.resolve("0123"), "shared");
        Files.createSymbolicLink(snapshot.resolve("first"), Path.of("../../blobs/0123"));
        Path circle = folder.resolve("circle");
        Files.createSymbolicLink(circle, circle);

        assertThatThrownBy(() -> AtomicFiles.write(snapshot, NEW))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("a cache of Hugging Face's hub")
                .hasMessageContaining("Save into another folder");
        assertThatThrownBy(() -> AtomicFiles.write(circle, FileContent.utf8("x")))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("in a circle");

        assertThat(blob).hasContent("shared");
        assertThat(snapshot.resolve("second")).doesNotExist();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no named pipes among its files")
    void writesIntoAPipe() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Files.createSymbolicLink(folder.resolve("first"), pipe);
        CompletableFuture<String> reader =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return Files.readString(pipe);
                            } catch (IOException e) {
                                return e.toString();
                            }
                        });

        AtomicFiles.write(folder, NEW);

        assertThat(reader.get()).isEqualTo("new");
        assertThat(Files.isRegularFile(pipe, LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertThat(folder.resolve("second")).hasContent("new");
    }

    private Path temporary(String name, String text) throws IOException {
        return Files.writeString(
                folder.resolve("." + name + "." + UUID.randomUUID() + ".tmp"), text);
    }

    @Test
    void removesWhatDeadSaversLeftAndNothingElse() throws IOException {
        Path dead = temporary("third", "half");
        Path empty = temporary("third", "");
        Path other = Files.writeString(folder.resolve(".mine.tmp"), "mine");
        try (PendingFile alive =
                new PendingFile(folder.resolve("fourth"), FileContent.utf8("slow"))) {
            alive.reserve();

            AtomicFiles.write(folder, NEW);

            alive.write();
            alive.rename();
        }
        assertThat(dead).doesNotExist();
        assertThat(empty).doesNotExist();
        assertThat(other).hasContent("mine");
        assertThat(folder.resolve("fourth")).hasContent("slow");
    }

    @Test
    void aSaveOfOneFileRemovesWhatItsOwnDeadSaversLeft() throws IOException {
        Path dead = temporary("first", "half");
        Path anothers = temporary("third", "half");

        AtomicFiles.write(folder.resolve("first"), FileContent.utf8("new"));

        assertThat(dead).doesNotExist();
        assertThat(anothers).exists();
    }

    @Test
    void whatIsReplacedTakesItsOwnFilesAlong() throws IOException {
        Files.writeString(folder.resolve("old"), "old");
        Path foreign = Files.writeString(folder.resolve("foreign"), "mine");

        AtomicFiles.write(folder, NEW, ImmutableList.of("old", "never"));

        assertThat(folder.resolve("old")).doesNotExist();
        assertThat(foreign).hasContent("mine");
    }

    @Test
    void aSaveThatFailsTakesNothingAlong() throws IOException {
        Path old = Files.writeString(folder.resolve("old"), "old");
        FileContent full =
                out -> {
                    throw new IOException("No space left on device");
                };

        assertThatThrownBy(
                        () -> AtomicFiles.write(folder, Map.of("x", full), ImmutableList.of("old")))
                .hasMessageContaining("No space left on device");

        assertThat(old).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(file -> !file.equals(old));
    }
}
