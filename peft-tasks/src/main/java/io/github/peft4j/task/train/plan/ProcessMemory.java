package io.github.peft4j.task.train.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The resident size of this process, from the kernel's books; 0 where there are none. */
final class ProcessMemory {

    private static final Logger logger = LoggerFactory.getLogger(ProcessMemory.class);

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";

    private ProcessMemory() {}

    /** Resident bytes now, mapped files included. */
    static long resident() {
        return read("VmRSS:");
    }

    /** The most resident bytes since the last {@link #resetPeak}, or since the process started. */
    static long peak() {
        return read("VmHWM:");
    }

    /**
     * Lets the peak start from what is resident now.
     *
     * @return whether the system can
     */
    static boolean resetPeak() {
        if (!Files.isWritable(RESET)) {
            return false;
        }
        try {
            Files.writeString(RESET, RESET_PEAK);
            return true;
        } catch (IOException e) {
            logger.debug("The peak of resident memory cannot be reset", e);
            return false;
        }
    }

    private static long read(String field) {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(field)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException e) {
            logger.debug("The memory of this process is not known", e);
        }
        return 0;
    }
}
