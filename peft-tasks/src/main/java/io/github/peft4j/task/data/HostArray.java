package io.github.peft4j.task.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * A flat array in Java memory with its shape: a column of a batch before it reaches the engine.
 *
 * <p>The arrays are not copied; whoever makes one hands it over.
 */
public sealed interface HostArray {

    /** The shape; its first axis counts the rows. */
    Shape shape();

    /** Some rows, in this order. */
    HostArray rows(int... indices);

    /**
     * The array in the engine. It must stay open until the backward pass is done: on a CPU the
     * engine reads this memory, it does not copy it.
     */
    NDArray toArray(NDManager manager);

    /** Whole numbers: ids, masks, class indices. */
    final class Int64 implements HostArray {

        private final long[] values;
        private final Shape shape;

        /** Takes over values in row-major order; refuses them if they do not fill the shape. */
        public Int64(long[] values, Shape shape) {
            requireFilled(values.length, shape);
            this.values = values;
            this.shape = shape;
        }

        /** The values themselves, in row-major order: not a copy. */
        public long[] values() {
            return values;
        }

        @Override
        public Shape shape() {
            return shape;
        }

        @Override
        public Int64 rows(int... indices) {
            int width = width(shape);
            long[] picked = new long[indices.length * width];
            for (int i = 0; i < indices.length; i++) {
                System.arraycopy(values, indices[i] * width, picked, i * width, width);
            }
            return new Int64(picked, withRows(shape, indices.length));
        }

        @Override
        public NDArray toArray(NDManager manager) {
            return manager.create(values, shape);
        }
    }

    /** Numbers: scores, a value for each class. */
    final class Float32 implements HostArray {

        private final float[] values;
        private final Shape shape;

        /** Takes over values in row-major order; refuses them if they do not fill the shape. */
        public Float32(float[] values, Shape shape) {
            requireFilled(values.length, shape);
            this.values = values;
            this.shape = shape;
        }

        /** The values themselves, in row-major order: not a copy. */
        public float[] values() {
            return values;
        }

        @Override
        public Shape shape() {
            return shape;
        }

        @Override
        public Float32 rows(int... indices) {
            int width = width(shape);
            float[] picked = new float[indices.length * width];
            for (int i = 0; i < indices.length; i++) {
                System.arraycopy(values, indices[i] * width, picked, i * width, width);
            }
            return new Float32(picked, withRows(shape, indices.length));
        }

        @Override
        public NDArray toArray(NDManager manager) {
            return manager.create(values, shape);
        }
    }

    private static void requireFilled(int length, Shape shape) {
        if (shape.dimension() == 0 || shape.size() != length) {
            throw new IllegalArgumentException(
                    "%d values do not fill shape %s. Give one value for each place."
                            .formatted(length, shape));
        }
    }

    private static int width(Shape shape) {
        return Math.toIntExact(shape.slice(1).size());
    }

    private static Shape withRows(Shape shape, int rows) {
        long[] sizes = Arrays.copyOf(shape.getShape(), shape.dimension());
        sizes[0] = rows;
        return new Shape(sizes);
    }
}
