package io.github.peft4j.task.train.frozen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {

    @TempDir private Path directory;

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(values.length);
        for (int value : values) {
            buffer.put((byte) value);
        }
        return buffer.flip();
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        try (StateFile file = new StateFile(directory, 8)) {
            file.write(bytes(1, 2, 3), file.take(3));
            long second = file.take(2);
            file.write(bytes(4, 5), second);
            ByteBuffer read = ByteBuffer.allocateDirect(4);

            file.read(0, 3, read, 1);
            file.read(second + 1, 1, read, 0);

            assertThat(new byte[] {read.get(0), read.get(1), read.get(2), read.get(3)})
                    .containsExactly(5, 1, 2, 3);
        }
    }

    /** What is written after a map was made is seen through it. */
    @Test
    void readsWhatIsWrittenLater() throws IOException {
        try (StateFile file = new StateFile(directory, 8)) {
            file.write(bytes(1), file.take(1));
            ByteBuffer read = ByteBuffer.allocateDirect(1);
            file.read(0, 1, read, 0);
            long second = file.take(1);
            file.write(bytes(2), second);

            file.read(second, 1, read, 0);

            assertThat(read.get(0)).isEqualTo((byte) 2);
        }
    }

    @Test
    void hasNoRoomBeyondItsBound() throws IOException {
        try (StateFile file = new StateFile(directory, 8)) {
            assertThat(file.take(5)).isZero();
            assertThat(file.take(4)).isEqualTo(-1);
            assertThat(file.take(3)).isEqualTo(5);
            assertThat(file.size()).isEqualTo(8);
        }
    }

    @Test
    void putsARecordIntoOnePiece() throws IOException {
        try (StateFile file = new StateFile(directory, 2 * StateFile.PIECE)) {
            file.take((int) StateFile.PIECE - 1);
            long start = file.take(2);
            file.write(bytes(6, 7), start);
            ByteBuffer read = ByteBuffer.allocateDirect(2);

            file.read(start, 2, read, 0);

            assertThat(start).isEqualTo(StateFile.PIECE);
            assertThat(read.get(1)).isEqualTo((byte) 7);
        }
    }

    /** So nothing is left of a process that was killed. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void hasNoNameWhileItIsOpen() throws IOException {
        try (StateFile file = new StateFile(directory, 8)) {
            file.write(bytes(1), file.take(1));

            assertThat(names()).isEmpty();
        }
    }

    @Test
    void isGoneOnceItIsClosed() throws IOException {
        StateFile file = new StateFile(directory, 8);
        file.write(bytes(1), file.take(1));
        ByteBuffer read = ByteBuffer.allocateDirect(1);
        file.read(0, 1, read, 0);

        file.close();

        assertThat(names()).isEmpty();
        assertThatThrownBy(() -> file.read(0, 1, read, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cache is closed");
    }

    private List<Path> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.toList();
        }
    }
}
