package io.github.peft4j.random;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import io.github.peft4j.ops.TensorOps;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * The stream of a fresh {@code torch.Generator(device="cpu").manual_seed(seed)}, bit for bit, apart
 * from the engine's own generator. Each call goes on where the last one stopped, as in Python.
 */
public final class TorchGenerator {

    private static final int MANTISSA = 24;
    private static final int DOUBLE_MANTISSA = 53;

    /** Normal numbers are made so many at a time. */
    private static final int RUN = 16;

    /** From this size on PyTorch permutes in another way, with 64 bits a number. */
    private static final long LARGE = 0xffffffffL / 20;

    private final MersenneTwister bits;
    private double waiting = Double.NaN;

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

    /** {@code torch.randn(shape, dtype=float32)}, up to the last digits of sine and logarithm. */
    public NDArray normal(NDManager manager, Shape shape) {
        double[] drawn = normals(shape, this::unitFloat);
        float[] values = new float[drawn.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) drawn[i];
        }
        try (NDArray wrapped = manager.create(values, shape)) {
            return TensorOps.detached(wrapped);
        }
    }

    /** {@code torch.randn(shape, dtype=float64)}; see {@link #normal}. */
    public NDArray normal64(NDManager manager, Shape shape) {
        try (NDArray wrapped = manager.create(normals(shape, this::unitDouble), shape)) {
            return TensorOps.detached(wrapped);
        }
    }

    /** Pairs of uniform numbers, eight apart in a run of sixteen, become pairs of normal ones. */
    private double[] normals(Shape shape, DoubleSupplier uniform) {
        double[] values = new double[Math.toIntExact(shape.size())];
        if (values.length < RUN) {
            Arrays.setAll(values, i -> single());
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = uniform.getAsDouble();
        }
        for (int start = 0; start + RUN <= values.length; start += RUN) {
            toNormal(values, start);
        }
        if (values.length % RUN != 0) {
            int start = values.length - RUN;
            for (int i = start; i < values.length; i++) {
                values[i] = uniform.getAsDouble();
            }
            toNormal(values, start);
        }
        return values;
    }

    /**
     * How PyTorch draws fewer than sixteen: one by one in double precision, whatever their type.
     * The second number of a pair waits for the next such draw.
     */
    private double single() {
        if (!Double.isNaN(waiting)) {
            double drawn = waiting;
            waiting = Double.NaN;
            return drawn;
        }
        double angle = 2 * Math.PI * unitDouble();
        double radius = Math.sqrt(-2 * Math.log1p(-unitDouble()));
        waiting = radius * Math.sin(angle);
        return radius * Math.cos(angle);
    }

    private static void toNormal(double[] values, int start) {
        for (int i = start; i < start + RUN / 2; i++) {
            double radius = Math.sqrt(-2 * Math.log(1 - values[i]));
            double angle = 2 * Math.PI * values[i + RUN / 2];
            values[i] = radius * Math.cos(angle);
            values[i + RUN / 2] = radius * Math.sin(angle);
        }
    }

    private double unitFloat() {
        return Math.scalb((double) (bits.next() & ((1 << MANTISSA) - 1)), -MANTISSA);
    }

    private double unitDouble() {
        long high = Integer.toUnsignedLong(bits.next()) << 32;
        long drawn = high | Integer.toUnsignedLong(bits.next());
        return Math.scalb((double) (drawn & ((1L << DOUBLE_MANTISSA) - 1)), -DOUBLE_MANTISSA);
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
