package io.github.peft4j.io.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders in folders, folders of others, and threads that are interrupted. */
class FolderTrialsTest {

    private static final ImmutableList<String> ALL = ImmutableList.of("one", "sub/one", "sub/two");
    private static final ImmutableList<String> BELOW = ImmutableList.of("one", "two");

    @TempDir private Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static ImmutableMap<String, FileContent> files(Iterable<String> names, String text) {
        ImmutableMap.Builder<String, FileContent> files = ImmutableMap.builder();
        names.forEach(name -> files.put(name, FileContent.utf8(text)));
        return files.buildOrThrow();
    }

    private String below() throws IOException {
        Path sub = folder.resolve("sub");
        assertThat(sub.resolve("two")).hasContent(Files.readString(sub.resolve("one")));
        return Files.readString(sub.resolve("one"));
    }

    private void assertNothingLeft() throws IOException {
        try (DirectoryStream<Path> hidden = Files.newDirectoryStream(folder, ".*")) {
            assertThat(hidden).isEmpty();
        }
    }

    /** Leaves a folder as a saver does that is killed before it renames anything. */
    private static void kill(Path at, List<String> names, String text) throws IOException {
        List<PendingFile> pending = new ArrayList<>();
        for (String name : names) {
            PendingFile next = new PendingFile(at.resolve(name), FileContent.utf8(text));
            next.reserve();
            next.write();
            next.commit();
            pending.add(next);
        }
        SaveJournal.of(at, pending, ImmutableList.of()).publish();
        pending.forEach(PendingFile::close);
    }

    @Test
    void saversOfAFolderAndOfOneBelowTakeTurns() throws Exception {
        for (int round = 0; round < 150; round++) {
            String text = "round " + round;
            Future<?> upper = threads.submit(() -> save(folder, ALL, text + " above"));
            save(folder.resolve("sub"), BELOW, text + " below");
            upper.get(1, TimeUnit.MINUTES);

            assertThat(below()).startsWith(text);
        }
        assertNothingLeft();
    }

    private static Path save(Path at, Iterable<String> names, String text) throws IOException {
        AtomicFiles.write(at, files(names, text));
        return at;
    }

    @Test
    void anInterruptedSaveAboveIsFinishedBeforeOneBelow() throws IOException {
        save(folder, ALL, "old");
        kill(folder, ALL, "killed");

        save(folder.resolve("sub"), BELOW, "new");

        assertThat(below()).isEqualTo("new");
        assertThat(folder.resolve("one")).hasContent("killed");
        assertThat(SaveJournal.isIn(folder)).isFalse();
    }

    @Test
    void anInterruptedSaveBelowIsFinishedBeforeOneAbove() throws IOException {
        save(folder, ALL, "old");
        kill(folder.resolve("sub"), BELOW, "killed");

        save(folder, ALL, "new");
        HeldFolders.settle(folder.resolve("sub"));

        assertThat(below()).isEqualTo("new");
    }

    @Test
    void anInterruptedSaveIsFinishedBeforeASingleFile() throws IOException {
        save(folder, ALL, "old");
        kill(folder, ALL, "killed");

        AtomicFiles.write(folder.resolve("sub/one"), FileContent.utf8("single"));
        HeldFolders.settle(folder);

        assertThat(folder.resolve("sub/one")).hasContent("single");
        assertThat(folder.resolve("sub/two")).hasContent("killed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no list", "peft4j save 1\n- other/one\nend\n"})
    void aListAboveThatNamesNothingHereIsLeftAlone(String list) throws Exception {
        Files.writeString(folder.resolve(SaveJournal.NAME), list);
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("one"), "other");

        save(folder.resolve("sub"), BELOW, "new");
        StableFolder.read(folder.resolve("sub"), "*", () -> () -> {}).close();

        assertThat(below()).isEqualTo("new");
        assertThat(other.resolve("one")).hasContent("other");
        assertThat(folder.resolve(SaveJournal.NAME)).hasContent(list);
    }

    @Test
    void aListThatIsNoPlainFileIsRefused() throws IOException {
        Files.createDirectories(folder.resolve(SaveJournal.NAME));

        assertThatThrownBy(() -> save(folder, ALL, "new"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(SaveJournal.NAME)
                .hasMessageContaining("Delete it");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void refusesToCallSavedWhatWasDeletedMeanwhile(int count) throws IOException {
        save(folder, BELOW, "old");
        FileContent deletes =
                out -> {
                    FileContent.utf8("new").writeTo(out);
                    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder, "*.tmp")) {
                        for (Path file : all) {
                            Files.delete(file);
                        }
                    }
                };
        ImmutableMap.Builder<String, FileContent> files = ImmutableMap.builder();
        BELOW.subList(0, count).forEach(name -> files.put(name, deletes));

        assertThatThrownBy(() -> AtomicFiles.write(folder, files.buildOrThrow()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it was deleted")
                .hasMessageContaining("What stood there before is unchanged");

        assertThat(folder.resolve("one")).hasContent("old");
        assertThat(folder.resolve("two")).hasContent("old");
        assertNothingLeft();
    }

    @Test
    void aThreadThatIsInterruptedSavesNothing() throws Exception {
        save(folder, BELOW, "old");

        Throwable error =
                threads.submit(
                                () -> {
                                    Thread.currentThread().interrupt();
                                    try {
                                        save(folder, BELOW, "new");
                                        return new AssertionError("saved");
                                    } catch (IOException e) {
                                        return e;
                                    }
                                })
                        .get(1, TimeUnit.MINUTES);

        assertThat(error).hasMessageContaining("one: the thread was interrupted. What stood");
        assertThat(folder.resolve("one")).hasContent("old");
        assertNothingLeft();
        save(folder, BELOW, "newer");
        assertThat(folder.resolve("two")).hasContent("newer");
    }

    @Test
    void aThreadThatIsInterruptedWhileItWaitsForTheFolderSavesNothing() throws Exception {
        save(folder, BELOW, "old");
        Path lock = folder.resolve(FolderLock.NAME);
        Future<Path> save;
        // as another copy of the library, in another loader, does
        try (FileChannel other =
                        FileChannel.open(
                                lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = other.lock()) {
            assertThat(held.isValid()).isTrue();
            save = threads.submit(() -> save(folder, BELOW, "new"));
            Thread.sleep(50);
            assertThat(save).isNotDone();
            threads.shutdownNow();
            assertThatThrownBy(() -> save.get(1, TimeUnit.MINUTES))
                    .hasCauseInstanceOf(InterruptedIOException.class)
                    .hasMessageContaining("interrupted");
        }
        assertThat(folder.resolve("one")).hasContent("old");
        Files.delete(lock);
        assertNothingLeft();
    }
}
