package io.github.peft4j.nn;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.ops.AttentionSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a decoder's layer with a norm before each of its two halves: {@code m = x +
 * attention(norm(x))}, {@code y = m + feedForward(norm(m))}.
 *
 * @param attentionNorm an {@link RmsNorm} or a {@link LayerNorm}
 * @param feedForwardNorm of the same kind
 */
public record StepLayer(
        Leaf attentionNorm, Attention attention, Leaf feedForwardNorm, FeedForward feedForward) {

    /** Products of a layer: queries, keys, values, output, gate, up, down. */
    static final int PRODUCTS = 7;

    /**
     * Causal attention.
     *
     * @param projections of queries, keys and values: three, or one whose output holds all of them
     *     in this order
     * @param queryNorm over each head of the queries, or null
     * @param keyNorm over each head of the keys, or null as that is
     * @param output projection of what the heads made
     */
    public record Attention(
            List<Leaf> projections,
            @Nullable RmsNorm queryNorm,
            @Nullable RmsNorm keyNorm,
            AttentionSpec form,
            Leaf output) {

        /** Checks the counts. */
        public Attention {
            projections = ImmutableList.copyOf(projections);
            Preconditions.checkArgument(
                    projections.size() == 1 || projections.size() == 3,
                    "%s projections of attention; there must be one or three.",
                    projections.size());
        }

        /** Attention without norms of heads. */
        public Attention(List<Leaf> projections, AttentionSpec form, Leaf output) {
            this(projections, null, null, form, output);
        }
    }

    /**
     * {@code down(f(inner))}, or {@code down(f(gate) up)}.
     *
     * @param inner one layer, or gate and up; one that is gated holds both in this order
     */
    public record FeedForward(
            List<Leaf> inner, ActivationFunction activation, boolean gated, Leaf down) {

        /** Checks the count. */
        public FeedForward {
            inner = ImmutableList.copyOf(inner);
            Preconditions.checkArgument(
                    inner.size() == 1 || (inner.size() == 2 && gated),
                    "%s layers into the feed-forward half; there must be one, or a gate and one.",
                    inner.size());
        }
    }

    /** The layer that computes a product, or null where another one does it along. */
    @Nullable Leaf product(int place) {
        List<Leaf> projections = attention.projections();
        List<Leaf> inner = feedForward.inner();
        return switch (place) {
            case 0 -> projections.get(0);
            case 1, 2 -> projections.size() == 3 ? projections.get(place) : null;
            case 3 -> attention.output();
            case 4 -> inner.get(0);
            case 5 -> inner.size() == 2 ? inner.get(1) : null;
            default -> feedForward.down();
        };
    }

    /** The layers that multiply by a matrix. */
    List<Leaf> products() {
        ImmutableList.Builder<Leaf> leaves = ImmutableList.builder();
        for (int place = 0; place < PRODUCTS; place++) {
            Leaf leaf = product(place);
            if (leaf != null) {
                leaves.add(leaf);
            }
        }
        return leaves.build();
    }

    /** The norms. */
    List<Leaf> norms() {
        ImmutableList.Builder<Leaf> norms = ImmutableList.builder();
        norms.add(attentionNorm, feedForwardNorm);
        if (attention.queryNorm() != null && attention.keyNorm() != null) {
            norms.add(attention.queryNorm(), attention.keyNorm());
        }
        return norms.build();
    }
}
