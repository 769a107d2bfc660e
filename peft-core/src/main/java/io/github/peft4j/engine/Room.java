package io.github.peft4j.engine;

import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import com.google.common.math.LongMath;
import java.lang.management.ManagementFactory;

/** Whether tensors can be had at all, asked before the engine or the heap is. */
public final class Room {

    private static final long MACHINE =
            ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.OperatingSystemMXBean system
                    ? system.getTotalMemorySize()
                    : Long.MAX_VALUE;

    private Room() {}

    /** Bytes of the machine's memory, or of what its container may use. */
    public static long ofMachine() {
        return MACHINE;
    }

    /** Bytes of a float32 tensor; the most that there are where they cannot be counted. */
    public static long bytes(Shape shape) {
        long bytes = Float.BYTES;
        for (long size : shape.getShape()) {
            bytes = LongMath.saturatedMultiply(bytes, size);
        }
        return bytes;
    }

    /**
     * Refuses tensors for which the machine has too little memory even when nothing else needs any.
     *
     * @param what names them and, in brackets, the largest one's shape
     * @param cure which options to change
     */
    public static void require(long bytes, String what, String cure) {
        Preconditions.checkArgument(
                bytes <= MACHINE,
                "%s would take %s MiB of memory, and this machine has %s MiB. %s",
                what,
                bytes >> 20,
                MACHINE >> 20,
                cure);
    }
}
