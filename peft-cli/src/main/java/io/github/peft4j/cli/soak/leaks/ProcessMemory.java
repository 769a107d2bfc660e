package io.github.peft4j.cli.soak.leaks;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.engine.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process holds. */
public final class ProcessMemory {

    private ProcessMemory() {}

    /** All arrays of the process. */
    public static int arrays() {
        try (NDManager manager = Engines.newManager()) {
            return manager.getParentManager().getManagedArrays().size();
        }
    }

    /** What this process holds in memory now, in MiB; NaN where the kernel does not say. */
    public static double resident() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
                }
            }
        } catch (IOException e) {
            return Double.NaN;
        }
        return Double.NaN;
    }
}
