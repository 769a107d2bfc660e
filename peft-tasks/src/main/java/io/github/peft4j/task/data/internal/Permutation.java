package io.github.peft4j.task.data.internal;

import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random orders that depend on the generator alone. */
public final class Permutation {

    private Permutation() {}

    /** The numbers from 0 to {@code size - 1} as they are. */
    public static int[] identity(int size) {
        return IntStream.range(0, size).toArray();
    }

    /** The numbers from 0 to {@code size - 1} in random order. */
    public static int[] of(int size, SplittableRandom random) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }
}
