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
