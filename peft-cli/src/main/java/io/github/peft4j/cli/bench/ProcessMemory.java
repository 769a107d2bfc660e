package io.github.peft4j.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process from the kernel's books, in MiB; NaN where there are none. */
final class ProcessMemory {

    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /** The largest resident size so far, mapped files included. */
    static double peak() {
        return read("VmHWM:");
    }

    /** The resident size now. */
    static double resident() {
        return read("VmRSS:");
    }

    /** The resident size without mapped files. */
    static double anonymous() {
        return read("RssAnon:");
    }

    private static double read(String field) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(field)) {
                    return Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024;
                }
            }
        } catch (IOException e) {
            return Double.NaN;
        }
        return Double.NaN;
    }
}
