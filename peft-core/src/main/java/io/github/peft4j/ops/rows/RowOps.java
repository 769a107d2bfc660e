package io.github.peft4j.ops.rows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.script.ScriptModule;
import io.github.peft4j.ops.Operands;
import io.github.peft4j.ops.frozen.LowRank;
import java.util.List;
import java.util.stream.LongStream;

/** Computes parts of a batch apart and puts them together again. */
public final class RowOps {

    private RowOps() {}

    /**
     * Positions along the first axis that one product acts on.
     *
     * @param start the first of them
     * @param length how many there are
     * @param product which one, counted from 0
     */
    public record Segment(int start, int length, int product) {}

    /**
     * Adds to y, in place and without a gradient, what thin products make of their positions of x:
     * {@code y_i += scale_k (x_i a_k^T) b_k^T}.
     *
     * @param y [n, ..., out], nobody else's
     * @param x [n, ..., in]
     * @param segments which positions along the first axis get which product
     * @return y
     * @throws IllegalStateException if the thread records gradients
     */
    public static NDArray addLowRanks(
            NDArray y, NDArray x, List<Segment> segments, List<LowRank> products) {
        if (Gradients.isOn()) {
            throw new IllegalStateException(
                    "Products are added in place, which no gradient follows.");
        }
        if (segments.isEmpty()) {
            return y;
        }
        long[] places =
                segments.stream()
                        .flatMapToLong(
                                segment ->
                                        LongStream.of(
                                                segment.start(),
                                                segment.length(),
                                                segment.product()))
                        .toArray();
        NDList a = new NDList();
        NDList b = new NDList();
        double[] scales = new double[products.size()];
        for (int i = 0; i < scales.length; i++) {
            LowRank product = products.get(i);
            Operands.requireLowRank(x, product.a(), product.b());
            Operands.requireShape(
                    y, Operands.withLast(x, product.b().getShape().get(0)), "y of rows");
            a.add(product.a());
            b.add(product.b());
            scales[i] = product.scale();
        }
        // Other batches have other places: none of these numbers is worth keeping as a constant.
        try (NDArray factors = y.getManager().create(scales);
                NDArray index = y.getManager().create(places)) {
            return ScriptModule.get().call("add_low_ranks", y, x, index, factors, a, b);
        }
    }

    /**
     * The parts of a batch behind one another.
     *
     * @param parts [k_i, ..., d_i]; where the last axes differ, shorter ones are filled up with
     *     minus infinity, as scores of labels that a row does not have
     * @return [sum of k_i, ..., max d_i]
     */
    public static NDArray joined(List<NDArray> parts) {
        long width = parts.stream().mapToLong(RowOps::width).max().orElseThrow();
        NDList same = new NDList();
        for (NDArray part : parts) {
            same.add(width(part) == width ? part : ScriptModule.get().call("widened", part, width));
        }
        return same.size() == 1
                ? same.get(0)
                : ScriptModule.get().call("joined", same.get(0), same.subNDList(1));
    }

    private static long width(NDArray part) {
        return part.getShape().get(part.getShape().dimension() - 1);
    }
}
