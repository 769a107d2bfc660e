package io.github.peft4j.task.train.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory that this process may have, in bytes.
 *
 * @param resident what it has
 * @param available what it may have in addition; {@link Long#MAX_VALUE} where the system does not
 *     tell
 * @param limitedBy what sets the bound: {@code MemAvailable} or the file of a control group
 * @param heapMax the most that Java's heap may have ({@code -Xmx})
 * @param heapCommitted what Java's heap has, a part of {@code resident}
 */
public record MachineMemory(
        long resident, long available, String limitedBy, long heapMax, long heapCommitted) {

    private static final Logger logger = LoggerFactory.getLogger(MachineMemory.class);

    /** A control group's limit from here on is none. */
    private static final long NO_LIMIT = Long.MAX_VALUE / 2;

    /** A controller's files: version 2, then version 1. */
    private static final List<Group> GROUPS =
            List.of(
                    new Group("", "memory.max", "memory.current", "inactive_file "),
                    new Group(
                            "memory",
                            "memory.limit_in_bytes",
                            "memory.usage_in_bytes",
                            "total_inactive_file "));

    private record Group(String folder, String limit, String usage, String reclaimable) {}

    /** This machine and this process, now. */
    public static MachineMemory here() {
        return read(Path.of("/"), ProcessMemory.resident());
    }

    /** The files of a machine. */
    static MachineMemory read(Path root, long resident) {
        Runtime java = Runtime.getRuntime();
        OptionalLong free = field(root.resolve("proc/meminfo"), "MemAvailable:");
        MachineMemory all =
                new MachineMemory(
                        resident,
                        free.isPresent() ? free.getAsLong() << 10 : Long.MAX_VALUE,
                        "MemAvailable",
                        java.maxMemory(),
                        java.totalMemory());
        for (Group group : GROUPS) {
            Path top = root.resolve("sys/fs/cgroup").resolve(group.folder());
            for (Path folder = own(root, top, group); folder != null; folder = folder.getParent()) {
                all = all.within(folder, group);
                if (folder.equals(top)) {
                    break;
                }
            }
        }
        return all;
    }

    /**
     * The control group that this process is in, or the top one where a container shows only it.
     */
    private static Path own(Path root, Path top, Group group) {
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[1].equals(group.folder())) {
                Path own = top.resolve(parts[2].substring(1)).normalize();
                return own.startsWith(top) && Files.isDirectory(own) ? own : top;
            }
        }
        return top;
    }

    private MachineMemory within(Path folder, Group group) {
        Path file = folder.resolve(group.limit());
        long limit = number(file).orElse(NO_LIMIT);
        OptionalLong usage = number(folder.resolve(group.usage()));
        if (limit >= NO_LIMIT || usage.isEmpty()) {
            return this;
        }
        long reclaimable = field(folder.resolve("memory.stat"), group.reclaimable()).orElse(0);
        long left = Math.max(0, limit - usage.getAsLong() + reclaimable);
        return left < available
                ? new MachineMemory(resident, left, file.toString(), heapMax, heapCommitted)
                : this;
    }

    /** The largest resident size that this process may come to. */
    public long limit() {
        return available == Long.MAX_VALUE ? available : resident + available;
    }

    private static OptionalLong number(Path file) {
        return lines(file).stream()
                .filter(line -> line.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static OptionalLong field(Path file, String name) {
        return lines(file).stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst();
    }

    private static List<String> lines(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.toList();
        } catch (IOException e) {
            logger.debug("{} cannot be read", file, e);
            return List.of();
        }
    }
}
