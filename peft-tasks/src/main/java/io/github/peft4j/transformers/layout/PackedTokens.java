package io.github.peft4j.transformers.layout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.ops.Attention;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.ops.DisentangledAttention;
import io.github.peft4j.ops.DisentangledAttention.Distances;
import io.github.peft4j.ops.Ops;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Real tokens end to end. Rows lie in order of their length, so that neighbours of equal length are
 * computed side by side.
 */
final class PackedTokens extends TokenLayout {

    private final NDManager manager;
    private final Shape shape;
    private final int[] order;
    private final int[] lengths;
    private final long[] kept;
    private final NDArray index;
    private final NDArray starts;
    private final NDArray runs;
    private @Nullable FirstRows firstRows;

    /** Where the first tokens of the rows go, and where they come from, in order of length. */
    private record FirstRows(NDArray sorted, NDArray original, NDArray runs) {}

    private PackedTokens(NDArray ids, int[] order, int[] lengths, long[] kept) {
        manager = ids.getManager();
        shape = batch(ids);
        this.order = order;
        this.lengths = lengths;
        this.kept = kept;
        index = manager.create(kept);
        long[] first = new long[order.length];
        long start = 0;
        for (int i = 0; i < order.length; i++) {
            first[order[i]] = start;
            start += lengths[i];
        }
        starts = manager.create(first);
        runs = runs(lengths, lengths);
    }

    /** Packs a batch; padded if nothing is padding, or some row is nothing but padding. */
    static TokenLayout of(NDArray ids, NDArray mask) {
        TokenMask tokens = new TokenMask(mask);
        if (tokens.isFull() || tokens.hasEmptyRow()) {
            return padded(ids, tokens.isFull() ? null : mask);
        }
        return of(ids, tokens, order(tokens, tokens));
    }

    /**
     * Packs two batches whose rows belong together; null if nothing is padding, or some row is
     * nothing but padding.
     */
    static @Nullable Pair pair(NDArray ids, NDArray mask, NDArray ids2, NDArray mask2) {
        TokenMask one = new TokenMask(mask);
        TokenMask two = new TokenMask(mask2);
        if (one.rows() != two.rows()) {
            throw new IllegalArgumentException(
                    "The encoder has "
                            + one.rows()
                            + " rows, the decoder "
                            + two.rows()
                            + ". Give each text its target.");
        }
        if ((one.isFull() && two.isFull()) || one.hasEmptyRow() || two.hasEmptyRow()) {
            return null;
        }
        int[] order = order(one, two);
        return new Pair(of(ids, one, order), of(ids2, two, order));
    }

    private static PackedTokens of(NDArray ids, TokenMask tokens, int[] order) {
        return new PackedTokens(ids, order, tokens.lengths(order), tokens.places(order));
    }

    /** Rows by their length, those of equal length by the other one. */
    private static int[] order(TokenMask one, TokenMask two) {
        return IntStream.range(0, one.rows())
                .boxed()
                .sorted(Comparator.comparing(one::count).thenComparing(two::count))
                .mapToInt(row -> row)
                .toArray();
    }

    /** Neighbours with equally many queries and equally many keys. */
    private NDArray runs(int[] queries, int[] keys) {
        long[] triples = new long[3 * queries.length];
        int end = 0;
        for (int i = 0; i < queries.length; i++) {
            boolean same = end > 0 && triples[end - 2] == queries[i] && triples[end - 1] == keys[i];
            if (same) {
                triples[end - 3]++;
            } else {
                triples[end] = 1;
                triples[end + 1] = queries[i];
                triples[end + 2] = keys[i];
                end += 3;
            }
        }
        return manager.create(Arrays.copyOf(triples, end), new Shape(end / 3, 3));
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public boolean isPacked() {
        return true;
    }

    @Override
    int[] rowOfEach() {
        return IntStream.range(0, order.length)
                .flatMap(i -> IntStream.generate(() -> order[i]).limit(lengths[i]))
                .toArray();
    }

    @Override
    public NDArray pack(NDArray padded) {
        Shape of = padded.getShape();
        Shape flat = new Shape(of.get(0) * of.get(1)).addAll(of.slice(2));
        try (NDArray rows = padded.reshape(flat)) {
            return Ops.rows(rows, index);
        }
    }

    @Override
    public NDArray unpack(NDArray hidden) {
        return Ops.spread(hidden, index, shape.size())
                .reshape(shape.addAll(hidden.getShape().slice(1)));
    }

    @Override
    public NDArray rows(long[] positions) {
        int[] places = new int[(int) shape.size()];
        Arrays.fill(places, -1);
        for (int i = 0; i < kept.length; i++) {
            places[(int) kept[i]] = i;
        }
        long[] rows = new long[positions.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = places[(int) positions[i]];
            if (rows[i] < 0) {
                throw new IllegalArgumentException(
                        "Position "
                                + positions[i] % shape.get(1)
                                + " of row "
                                + positions[i] / shape.get(1)
                                + " is padding by attention_mask, but has a label. Give padding the"
                                + " label -100.");
            }
        }
        return manager.create(rows);
    }

    @Override
    public List<int[]> places() {
        int[][] places = new int[order.length][];
        int start = 0;
        for (int i = 0; i < order.length; i++) {
            places[order[i]] = IntStream.range(start, start + lengths[i]).toArray();
            start += lengths[i];
        }
        return Arrays.asList(places);
    }

    @Override
    public NDArray first(NDArray hidden) {
        return Ops.rows(hidden, starts);
    }

    @Override
    NDManager manager() {
        return manager;
    }

    @Override
    public @Nullable NDArray mask(AttentionSpec form, long keys) {
        throw new IllegalStateException("Rows laid end to end have no mask in common.");
    }

    @Override
    public NDArray attention(
            NDArray q, NDArray k, NDArray v, AttentionSpec form, @Nullable NDArray bias) {
        return Attention.packed(q, k, v, runs, form, bias);
    }

    @Override
    public NDArray firstAttention(
            NDArray q, NDArray k, NDArray v, AttentionSpec form, @Nullable NDArray bias) {
        FirstRows rows = firstRows();
        NDArray sorted = Ops.rows(q, rows.sorted());
        return Ops.rows(Attention.packed(sorted, k, v, rows.runs(), form, bias), rows.original());
    }

    @Override
    public NDArray disentangled(
            NDArray q,
            NDArray k,
            NDArray v,
            Distances distances,
            AttentionSpec form,
            boolean firstOnly) {
        long longest = lengths[lengths.length - 1];
        if (!firstOnly) {
            return DisentangledAttention.packed(q, k, v, runs, longest, distances, form);
        }
        FirstRows rows = firstRows();
        NDArray sorted = Ops.rows(q, rows.sorted());
        NDArray context =
                DisentangledAttention.packed(sorted, k, v, rows.runs(), longest, distances, form);
        return Ops.rows(context, rows.original());
    }

    @Override
    public NDArray withoutPadding(NDArray hidden) {
        return hidden;
    }

    private FirstRows firstRows() {
        FirstRows known = firstRows;
        if (known == null) {
            known = makeFirstRows();
            firstRows = known;
        }
        return known;
    }

    private FirstRows makeFirstRows() {
        int[] ones = new int[order.length];
        Arrays.fill(ones, 1);
        long[] sorted = Arrays.stream(order).asLongStream().toArray();
        long[] original = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            original[order[i]] = i;
        }
        return new FirstRows(manager.create(sorted), manager.create(original), runs(ones, lengths));
    }

    @Override
    public NDArray cross(NDArray q, NDArray k, NDArray v, TokenLayout keys, AttentionSpec form) {
        PackedTokens other = (PackedTokens) keys; // of a pair both are packed or none is
        try (NDArray pairs = runs(lengths, other.lengths)) {
            return Attention.packed(q, k, v, pairs, form, null);
        }
    }
}
