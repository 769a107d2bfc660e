package io.github.peft4j.inspect;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.combine.LowRankParts;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Measures what differs between tensors of two files. */
final class ChangeMeasure {

    /** What computing a difference of products in float32 makes of none. */
    private static final double ROUNDING = 1e-6;

    private ChangeMeasure() {}

    /** A pair in its file. */
    record Side(OpenAdapter adapter, OpenAdapter.Pair pair) {

        boolean loads() {
            return adapter.loads(pair.a()) && adapter.loads(pair.b());
        }

        /** A as [r, n], with all its inner axes as columns. */
        NDArray a(NDManager manager) throws IOException {
            return matrix(adapter, pair.a(), manager);
        }

        /** s B as [m, r]. */
        NDArray b(NDManager manager) throws IOException {
            return Ops.scale(matrix(adapter, pair.b(), manager), pair.scale());
        }
    }

    /** A tensor that both files have in one shape; no size where its type cannot be read. */
    static SizeOfChange ofTensor(OpenAdapter one, OpenAdapter two, String key, NDManager manager)
            throws IOException {
        String name = OpenAdapter.withoutPrefix(key);
        if (!one.loads(key) || !two.loads(key)) {
            return new SizeOfChange(name, null, null, null);
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDArray first = numbers(one, key, scratch);
            NDArray second = numbers(two, key, scratch);
            return new SizeOfChange(name, norm(first), norm(second), norm(second.sub(first)));
        }
    }

    /**
     * The difference of two products as one product: \(s_2 B_2 A_2 - s_1 B_1 A_1 = [s_2 B_2, -s_1
     * B_1] [A_2; A_1]\), whose norm is that of its singular values. None where the factors fit no
     * product, as those of a grouped convolution.
     */
    static Optional<SizeOfChange> ofProduct(String path, Side one, Side two, NDManager manager)
            throws IOException {
        if (!one.loads() || !two.loads()) {
            return Optional.empty();
        }
        try (NDManager scratch = manager.newSubManager()) {
            NDArray a1 = one.a(scratch);
            NDArray b1 = one.b(scratch);
            NDArray a2 = two.a(scratch);
            NDArray b2 = two.b(scratch);
            boolean fit =
                    a1.getShape().get(1) == a2.getShape().get(1)
                            && b1.getShape().get(0) == b2.getShape().get(0)
                            && a1.getShape().get(0) == b1.getShape().get(1)
                            && a2.getShape().get(0) == b2.getShape().get(1);
            if (!fit) {
                return Optional.empty();
            }
            Double first = ofProduct(b1, a1);
            Double second = ofProduct(b2, a2);
            Double change = ofProduct(b2.concat(b1.neg(), 1), a2.concat(a1, 0));
            boolean rounding =
                    first != null
                            && second != null
                            && change != null
                            && change <= ROUNDING * (first + second);
            return Optional.of(
                    new SizeOfChange(path, first, second, rounding ? Double.valueOf(0) : change));
        }
    }

    /** The norm of b a; null if a number is not finite, which no decomposition bears. */
    private static @Nullable Double ofProduct(NDArray b, NDArray a) {
        if (norm(b) == null || norm(a) == null) {
            return null;
        }
        LowRankParts parts = LowRankParts.ofProduct(b, a);
        return finite(Math.sqrt(parts.energy(parts.size())));
    }

    private static NDArray matrix(OpenAdapter adapter, String key, NDManager manager)
            throws IOException {
        NDArray tensor = numbers(adapter, key, manager);
        Shape shape = tensor.getShape();
        return shape.dimension() < 2
                ? tensor.reshape(1, shape.size())
                : tensor.reshape(shape.get(0), shape.size() / Math.max(shape.get(0), 1));
    }

    private static NDArray numbers(OpenAdapter adapter, String key, NDManager manager)
            throws IOException {
        return TensorOps.detachedAs(adapter.load(manager, key), DataType.FLOAT32);
    }

    private static @Nullable Double norm(NDArray x) {
        return x.size() == 0 ? Double.valueOf(0) : finite(Math.sqrt(x.square().sum().getFloat()));
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? (Double) value : null;
    }
}
