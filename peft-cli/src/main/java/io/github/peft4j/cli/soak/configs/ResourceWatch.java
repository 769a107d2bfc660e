package io.github.peft4j.cli.soak.configs;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Ends this process when a folder takes more of the machine than it may. */
final class ResourceWatch {

    /** Processor time of all threads for one folder. */
    static final Duration LONGEST = Duration.ofSeconds(10);

    /** The exit code of a process that was ended for it. */
    static final int TOO_MUCH = 97;

    /** Of the whole process in KiB: its heap, what the engine takes, and Java itself. */
    private static final long MOST_MEMORY = 2L << 20;

    /** However long it may wait for the processor. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(3);

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private static final Path STATUS = Path.of("/proc/self/status");

    private final Thread watched = Thread.currentThread();
    private volatile long processor = SYSTEM.getProcessCpuTime();
    private volatile long clock = System.nanoTime();

    private ResourceWatch() {}

    /** A watch that looks from now on. */
    static ResourceWatch start() {
        ResourceWatch watch = new ResourceWatch();
        Thread thread = new Thread(watch::look, "watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    /** The next folder begins. */
    void begin() {
        processor = SYSTEM.getProcessCpuTime();
        clock = System.nanoTime();
    }

    /** Of a folder that is done. */
    Judgement judge(Judgement judged) {
        String fault = fault();
        return fault == null ? judged : new Judgement(ConfigOutcome.UNBOUNDED, fault);
    }

    private void look() {
        while (true) {
            try {
                Thread.sleep(50);
            } catch (InterruptedException stop) {
                return;
            }
            String fault = fault();
            if (fault != null) {
                System.out.println(fault);
                for (StackTraceElement frame : watched.getStackTrace()) {
                    System.out.println("  " + frame);
                }
                System.out.flush();
                Runtime.getRuntime().halt(TOO_MUCH);
            }
        }
    }

    private @Nullable String fault() {
        long spent = SYSTEM.getProcessCpuTime() - processor;
        if (spent > LONGEST.toNanos() || System.nanoTime() - clock > LONGEST_WAIT.toNanos()) {
            return "%.1f s of processor time".formatted(spent / 1e9);
        }
        long memory = memory();
        return memory > MOST_MEMORY ? "%d MiB of memory".formatted(memory >> 10) : null;
    }

    /** Of this process in KiB; 0 where the system does not say. */
    private static long memory() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (IOException noLinux) {
            return 0;
        }
        return 0;
    }
}
