package io.github.peft4j.task.train.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {

    @TempDir private Path directory;

    private static void whole(Path folder) throws IOException {
        Files.writeString(folder.resolve("optimizer.safetensors"), "moments");
        Files.writeString(folder.resolve("trainer_state.json"), "{}");
    }

    private Path made(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    @Test
    void findsTheNewestByNumber() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 0);
        store.write(9, CheckpointStoreTest::whole);
        store.write(10, CheckpointStoreTest::whole);

        assertThat(store.newest()).hasValue(directory.resolve("checkpoint-10"));
    }

    @Test
    void passesOverWhatIsNotComplete() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 0);
        store.write(4, CheckpointStoreTest::whole);
        Files.writeString(made("checkpoint-5").resolve("optimizer.safetensors"), "moments");
        Files.writeString(made("checkpoint-6").resolve("trainer_state.json"), "{}");
        whole(made(".unfinished-checkpoint-7"));
        whole(made("checkpoint-best"));
        whole(made("checkpoint-99999999999999999999"));

        assertThat(store.newest()).hasValue(directory.resolve("checkpoint-4"));
    }

    @Test
    void leavesNoCheckpointBehindAWriterThatFails() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 0);
        store.write(1, CheckpointStoreTest::whole);

        assertThatThrownBy(
                        () ->
                                store.write(
                                        2,
                                        folder -> {
                                            whole(folder);
                                            throw new IOException("disk full");
                                        }))
                .hasMessage("disk full");

        assertThat(store.newest()).hasValue(directory.resolve("checkpoint-1"));
        store.write(3, CheckpointStoreTest::whole);
        assertThat(names()).containsExactlyInAnyOrder("checkpoint-1", "checkpoint-3");
    }

    @Test
    void replacesACheckpointOfTheSameStep() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 0);
        store.write(1, CheckpointStoreTest::whole);
        store.write(
                1,
                folder -> {
                    whole(folder);
                    Files.writeString(folder.resolve("second"), "");
                });

        assertThat(names()).containsExactly("checkpoint-1");
        assertThat(directory.resolve("checkpoint-1/second")).exists();
    }

    @Test
    void keepsTheNewestUpToTheLimit() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 2);
        for (int step = 8; step <= 11; step++) {
            store.write(step, CheckpointStoreTest::whole);
        }

        assertThat(names()).containsExactlyInAnyOrder("checkpoint-10", "checkpoint-11");
    }

    /**
     * Deleting takes a checkpoint's name away first, so a kill leaves nothing that looks like one.
     */
    @Test
    void aDeletionThatIsInterruptedLeavesNoCheckpoint() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 1);
        store.write(1, CheckpointStoreTest::whole);
        Path halfDeleted = made(".unfinished-deleted-checkpoint-0-x");
        Files.writeString(halfDeleted.resolve("best.safetensors"), "best");

        assertThat(store.newest()).hasValue(directory.resolve("checkpoint-1"));
        store.write(2, CheckpointStoreTest::whole);

        assertThat(names()).containsExactly("checkpoint-2");
    }

    @Test
    void aFolderWithCheckpointsIsUsedUntilItIsCleared() throws IOException {
        CheckpointStore store = new CheckpointStore(directory, 0);
        store.requireUnused();
        store.write(7, CheckpointStoreTest::whole);
        made("checkpoint-8");
        made("checkpoint-best");

        assertThatThrownBy(store::requireUnused)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("such as checkpoint-7");
        store.clear();
        store.requireUnused();

        assertThat(names()).containsExactly("checkpoint-best");
    }

    @Test
    void findsNothingInADirectoryThatIsNotThere() throws IOException {
        assertThat(new CheckpointStore(directory.resolve("none"), 0).newest()).isEmpty();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }
}
