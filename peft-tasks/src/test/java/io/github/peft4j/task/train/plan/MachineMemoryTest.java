package io.github.peft4j.task.train.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory that a machine's files leave to a process. */
class MachineMemoryTest {

    private static final long RESIDENT = 1000;

    @TempDir private Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private MachineMemory read() {
        return MachineMemory.read(root, RESIDENT);
    }

    @Test
    void takesWhatTheMachineHas() throws IOException {
        assertThat(read().limit()).as("no Linux").isEqualTo(Long.MAX_VALUE);
        file("proc/meminfo", "MemTotal: 900 kB\nMemAvailable:     100 kB\n");

        assertThat(read().available()).isEqualTo(100 << 10);
        assertThat(read().limit()).isEqualTo(RESIDENT + (100 << 10));
        assertThat(read().limitedBy()).isEqualTo("MemAvailable");
    }

    @Test
    void takesTheTightestGroupOfVersion2() throws IOException {
        file("proc/meminfo", "MemAvailable: 100 kB\n");
        file("proc/self/cgroup", "0::/a/b\n");
        file("sys/fs/cgroup/a/memory.max", "50000\n");
        file("sys/fs/cgroup/a/memory.current", "20000\n");
        file("sys/fs/cgroup/a/memory.stat", "anon 7\ninactive_file 3000\n");
        file("sys/fs/cgroup/a/b/memory.max", "max\n");
        file("sys/fs/cgroup/a/b/memory.current", "10\n");

        assertThat(read().available()).isEqualTo(33000);
        assertThat(read().limitedBy()).endsWith("a/memory.max");
    }

    @Test
    void takesTheTopGroupOfAContainer() throws IOException {
        file("proc/self/cgroup", "0::/outside/of/it\n");
        file("sys/fs/cgroup/memory.max", "5000\n");
        file("sys/fs/cgroup/memory.current", "6000\n");

        assertThat(read().available()).isZero();
        assertThat(read().limit()).isEqualTo(RESIDENT);
    }

    @Test
    void takesAGroupOfVersion1() throws IOException {
        file("proc/self/cgroup", "3:cpu:/\n4:memory:/job\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("sys/fs/cgroup/memory/memory.usage_in_bytes", "10\n");
        file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "7000\n");
        file("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "4000\n");
        file("sys/fs/cgroup/memory/job/memory.stat", "total_inactive_file 500\n");

        assertThat(read().available()).isEqualTo(3500);
    }
}
