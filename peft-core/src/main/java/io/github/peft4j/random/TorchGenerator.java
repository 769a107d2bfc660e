package io.github.peft4j.random;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.ops.TensorOps;
import java.util.HashMap;
import java.util.Map;

/**
 * The stream of a fresh {@code torch.Generator(device="cpu").manual_seed(seed)}, bit for bit, apart
 * from the engine's own generator. Each call goes on where the last one stopped, as in Python.
 */
public final class TorchGenerator {

    private static final int MANTISSA = 24;

    /** From this size on PyTorch permutes in another way, with 64 bits a number. */
    private static final long LARGE = 0xffffffffL / 20;

    private final MersenneTwister bits;

    /** Starts the stream of a seed; as in PyTorch its low 32 bits decide. */
    public TorchGenerator(long seed) {
        bits = new MersenneTwister((int) seed);
    }

    /** {@code torch.empty(shape).uniform_(low, high)}: float32, in row-major order. */
    public NDArray uniform(NDManager manager, Shape shape, double low, double high) {
        float from = (float) low;
        float width = (float) high - from;
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            int drawn = bits.next() & ((1 << MANTISSA) - 1);
            values[i] = (float) (Math.scalb((double) drawn, -MANTISSA) * width + from);
        }
        try (NDArray wrapped = manager.create(values, shape)) {
            return TensorOps.detached(wrapped);
        }
    }

    /**
     * The first places of {@code torch.randperm(size)}. May draw fewer numbers than PyTorch, which
     * makes all places: another permutation takes another generator.
     *
     * @throws IllegalArgumentException if there are fewer places
     */
    public long[] permutation(long size, int places) {
        Preconditions.checkArgument(
                places >= 0 && places <= size,
                "A permutation of %s numbers has no first %s places.",
                size,
                places);
        return size < LARGE ? forward(size, places) : insideOut(size, places);
    }

    /** Fills each place with one of the numbers that are left. */
    private long[] forward(long size, int places) {
        Map<Long, Long> moved = new HashMap<>();
        long[] first = new long[places];
        for (int i = 0; i < places; i++) {
            long here = i;
            long left = size - i;
            long there = left == 1 ? here : here + Integer.toUnsignedLong(bits.next()) % left;
            first[i] = moved.getOrDefault(there, there);
            moved.put(there, moved.getOrDefault(here, here));
        }
        return first;
    }

    /** Lets each number take the place of an earlier one, which moves to the end. */
    private long[] insideOut(long size, int places) {
        long[] first = new long[places];
        for (long i = 0; i < size; i++) {
            long high = Integer.toUnsignedLong(bits.next()) << 32;
            long drawn = high | Integer.toUnsignedLong(bits.next());
            long place = Long.remainderUnsigned(drawn, i + 1);
            if (i < places) {
                first[(int) i] = first[(int) place];
            }
            if (place < places) {
                first[(int) place] = i;
            }
        }
        return first;
    }
}
