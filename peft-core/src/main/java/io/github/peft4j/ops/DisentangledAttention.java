package io.github.peft4j.ops;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.internal.script.ScriptModule;
import org.jspecify.annotations.Nullable;

/**
 * Attention that scores what stands at two positions and how far apart they are by separate
 * vectors: {@code scale (q_i k_j + q_i r_ij + k_j s_ij)}, where r and s are the key and the query
 * of the distance from j to i. Differentiable; results land in the manager of the first argument.
 *
 * @see <a href="https://arxiv.org/abs/2006.03654">He et al. 2020, equation 4</a>
 */
public final class DisentangledAttention {

    private DisentangledAttention() {}

    /**
     * The vectors of P distances.
     *
     * @param rows [&ge; S, &ge; T] int64: which distance lies between a query and a key
     * @param keys r [P, N H], or null to leave that term out
     * @param queries s [P, N H], or null to leave that term out
     */
    public record Distances(NDArray rows, @Nullable NDArray keys, @Nullable NDArray queries) {

        private int kinds() {
            return (keys == null ? 0 : 1) + (queries == null ? 0 : 2);
        }

        /** An array stands in for a term that is left out; nothing reads it. */
        private static NDArray orElse(@Nullable NDArray array, NDArray standIn) {
            return array == null ? standIn : array;
        }

        private void require(NDArray q, long mostQueries, long mostKeys) {
            Operands.requireIds(rows);
            Operands.requireDimensions(rows, 2, "table of distances");
            Shape shape = rows.getShape();
            if (shape.get(0) < mostQueries || shape.get(1) < mostKeys) {
                throw new IllegalArgumentException(
                        "The table of distances is "
                                + shape
                                + ", but there are "
                                + mostQueries
                                + " queries and "
                                + mostKeys
                                + " keys. Make it for the longest sequence.");
            }
            for (NDArray vectors : new NDArray[] {keys, queries}) {
                if (vectors != null) {
                    Operands.requireDimensions(vectors, 2, "array of distances' vectors");
                    Operands.requireShape(
                            vectors,
                            new Shape(vectors.getShape().get(0), Operands.last(q)),
                            "array of distances' vectors");
                }
            }
        }
    }

    /**
     * Attention over padded sequences. A query of padding sees all positions alike, padding too.
     *
     * @param q [B, S, N H], the first S of the T positions
     * @param k [B, T, N H]
     * @param v [B, T, N H]
     * @param form its {@code causal}, {@code window} and {@code softCap} do not count
     * @param tokens [B, T], 0 for padding, or null if there is none
     * @return [B, S, N H]
     */
    public static NDArray padded(
            NDArray q,
            NDArray k,
            NDArray v,
            Distances distances,
            AttentionSpec form,
            @Nullable NDArray tokens) {
        Operands.requireAttention(q, k, v, form, 3);
        distances.require(q, q.getShape().get(1), k.getShape().get(1));
        NDArray keys = Distances.orElse(distances.keys(), k.get(0));
        NDArray queries = Distances.orElse(distances.queries(), keys);
        Object[] arguments = {
            k,
            v,
            distances.rows(),
            keys,
            queries,
            distances.kinds(),
            form.heads(),
            form.dropout(),
            form.scale(),
            tokens
        };
        if (tokens != null) {
            Operands.requireShape(tokens, k.getShape().slice(0, 2), "attention mask");
        }
        return ScriptModule.get()
                .call("disentangled", q, tokens == null ? Attention.without(arguments) : arguments);
    }

    /**
     * Attention over sequences laid end to end without padding.
     *
     * @param q [R, N H]
     * @param k [U, N H]
     * @param v [U, N H]
     * @param runs as in {@link Attention#packed}
     * @param longest T of the longest run, which bounds its S
     * @param form as in {@link #padded}
     * @return [R, N H]
     */
    public static NDArray packed(
            NDArray q,
            NDArray k,
            NDArray v,
            NDArray runs,
            long longest,
            Distances distances,
            AttentionSpec form) {
        Operands.requireAttention(q, k, v, form, 2);
        Operands.requireIds(runs);
        Operands.requireShape(runs, new Shape(runs.getShape().get(0), 3), "array of runs");
        distances.require(q, longest, longest);
        NDArray keys = Distances.orElse(distances.keys(), k);
        NDArray queries = Distances.orElse(distances.queries(), keys);
        return ScriptModule.get()
                .call(
                        "packed_disentangled",
                        q,
                        k,
                        v,
                        runs,
                        distances.rows(),
                        keys,
                        queries,
                        distances.kinds(),
                        form.heads(),
                        form.dropout(),
                        form.scale());
    }
}
