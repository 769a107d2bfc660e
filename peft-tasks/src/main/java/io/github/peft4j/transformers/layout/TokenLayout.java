package io.github.peft4j.transformers.layout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.rows.RowPlaces;
import io.github.peft4j.ops.AttentionSpec;
import io.github.peft4j.ops.DisentangledAttention.Distances;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the tokens of a batch lie in memory.
 *
 * <p>Padded: hidden states are [B, S, H], and attention masks the padding. Packed: the real tokens
 * of all sequences lie end to end as [T, H], so nothing is computed for padding; in a usual batch
 * of texts that is more than half of the work.
 */
public abstract sealed class TokenLayout permits PaddedTokens, PackedTokens {

    TokenLayout() {}

    /**
     * Keeps padding.
     *
     * @param ids the batch's token ids [B, S], or its embeddings [B, S, H]; masks land in their
     *     manager
     * @param mask [B, P + S], 1 for a token, where P positions came before this call; null for all
     *     ones
     */
    public static TokenLayout padded(NDArray ids, @Nullable NDArray mask) {
        return new PaddedTokens(ids, mask);
    }

    /**
     * Drops padding if there is any and every row has a token.
     *
     * <p>It does not where no token is padding, since equal lengths compute faster side by side.
     *
     * @param ids the batch's token ids [B, S], or its embeddings [B, S, H]
     * @param mask [B, S], 1 for a token, or null for all ones
     */
    public static TokenLayout packed(NDArray ids, @Nullable NDArray mask) {
        return mask == null ? padded(ids, null) : PackedTokens.of(ids, mask);
    }

    /**
     * The same for a model whose first position of each row is read even if it is padding, or which
     * knows how far tokens stand apart: a batch with padding before a token keeps it.
     */
    public static TokenLayout packedFromFirst(NDArray ids, @Nullable NDArray mask) {
        if (mask != null && !isPaddedRight(mask)) {
            return padded(ids, mask);
        }
        return packed(ids, mask);
    }

    /** Whether no position of a mask [B, S] that is padding stands before a token. */
    public static boolean isPaddedRight(NDArray mask) {
        TokenMask tokens = new TokenMask(mask);
        return tokens.startsWithTokens() && tokens.isContiguous();
    }

    /**
     * Layouts of an encoder's and a decoder's batch, whose rows belong together: both padded, or
     * both packed with their rows in one order.
     */
    public record Pair(TokenLayout encoder, TokenLayout decoder) {

        /** Whether the layers can tell by both which row a token belongs to. */
        public boolean isPlaced(AdapterPass pass) {
            RowPlaces places = RowPlaces.of(pass);
            return places.place(encoder.rowOfEach()) && places.place(decoder.rowOfEach());
        }

        /** Keeps padding; arguments as for {@link TokenLayout#padded}. */
        public static Pair padded(
                NDArray ids, @Nullable NDArray mask, NDArray ids2, @Nullable NDArray mask2) {
            return new Pair(TokenLayout.padded(ids, mask), TokenLayout.padded(ids2, mask2));
        }
    }

    /**
     * Drops padding of both batches if there is any in one of them.
     *
     * @param ids the encoder's token ids [B, S], or its embeddings [B, S, H]
     * @param mask [B, S], 1 for a token, or null for all ones
     * @param ids2 the decoder's [B, T] or [B, T, H]
     * @param mask2 [B, T], 1 for a position that is wanted, or null for all ones
     * @return null where nothing is padding, or some row is nothing but padding
     */
    public static @Nullable Pair packedPair(
            NDArray ids, @Nullable NDArray mask, NDArray ids2, @Nullable NDArray mask2) {
        return PackedTokens.pair(ids, ones(ids, mask), ids2, ones(ids2, mask2));
    }

    private static NDArray ones(NDArray ids, @Nullable NDArray mask) {
        return mask == null ? ids.getManager().ones(batch(ids), DataType.INT64) : mask;
    }

    /**
     * Whether the tokens of each row of a mask [B, S] stand side by side, so that dropping padding
     * leaves their distances as they are.
     */
    public static boolean isContiguous(NDArray mask) {
        return new TokenMask(mask).isContiguous();
    }

    /** [B, S] of ids or embeddings. */
    static Shape batch(NDArray ids) {
        return ids.getShape().slice(0, 2);
    }

    /** [B, S] of the batch. */
    public abstract Shape shape();

    /** Whether padding was dropped. */
    public abstract boolean isPacked();

    /**
     * This layout, if the layers can tell by it which row a token belongs to; else one that keeps
     * padding. Where rows have adapters of their own, they must.
     */
    public final TokenLayout placed(AdapterPass pass, Supplier<TokenLayout> padded) {
        return RowPlaces.of(pass).place(rowOfEach()) ? this : padded.get();
    }

    /** The row of each position along the first axis of hidden states. */
    abstract int[] rowOfEach();

    /** Lays [B, S, ...] out; the result of a padded layout is the argument itself. */
    public abstract NDArray pack(NDArray padded);

    /** Lays hidden states out as [B, S, H] again, with zeros for padding that was dropped. */
    public abstract NDArray unpack(NDArray hidden);

    /** The first token of each row: [B, 1, H] or [B, H]. */
    public abstract NDArray first(NDArray hidden);

    /** Hidden states as rows: [B S, H] or [T, H]. */
    public final NDArray flat(NDArray hidden) {
        return isPacked() ? hidden : hidden.reshape(-1, hidden.getShape().get(2));
    }

    /**
     * Rows of {@link #flat} where these positions of [B, S], laid flat, stand; none may be dropped
     * padding.
     */
    public abstract NDArray rows(long[] positions);

    /**
     * Where each row stands in {@link #flat}: its positions up to its last token. Padding in front
     * of a token belongs to them where it is kept, as a language model's loss may read it.
     */
    public abstract List<int[]> places();

    /**
     * Positions 0, 1, ... of each row, padding counted: [B, S] int64 or [T], from this number on.
     */
    public final NDArray positions(long from) {
        Shape shape = shape();
        NDManager manager = manager();
        NDArray row = manager.arange((int) from, (int) (from + shape.get(1)), 1, DataType.INT64);
        return pack(row.expandDims(0).broadcast(shape));
    }

    /** Manager of the batch. */
    abstract NDManager manager();

    /**
     * Attention of each sequence over itself, and over what came before it.
     *
     * @param q queries of all tokens
     * @param k keys of all tokens, earlier ones first
     * @param bias [1, N, S, T] added to the scores, or null
     * @return of q's shape
     */
    public abstract NDArray attention(
            NDArray q, NDArray k, NDArray v, AttentionSpec form, @Nullable NDArray bias);

    /**
     * Which of so many keys each query sees.
     *
     * @return [B, 1, S or 1, T], true where it sees them; null where it sees all that the form
     *     allows
     * @throws IllegalStateException if padding was dropped: then each row has keys of its own
     */
    public abstract @Nullable NDArray mask(AttentionSpec form, long keys);

    /**
     * Attention of the first tokens alone over their whole sequences.
     *
     * @param q queries of the first tokens, as {@link #first} lays them out
     * @param bias as in {@link #attention}, of which the first query's row is read, or null
     */
    public abstract NDArray firstAttention(
            NDArray q, NDArray k, NDArray v, AttentionSpec form, @Nullable NDArray bias);

    /**
     * Disentangled attention of each sequence over itself. As in transformers, a query of padding
     * sees all positions alike.
     *
     * @param q queries of all tokens, or of the first ones as {@link #first} lays them out
     * @param firstOnly which of the two
     */
    public abstract NDArray disentangled(
            NDArray q,
            NDArray k,
            NDArray v,
            Distances distances,
            AttentionSpec form,
            boolean firstOnly);

    /** Hidden states with zeros for padding. */
    public abstract NDArray withoutPadding(NDArray hidden);

    /**
     * Attention of each sequence over the sequence of the same row elsewhere.
     *
     * @param keys the layout of k and v, which is of one {@link Pair} with this
     */
    public abstract NDArray cross(
            NDArray q, NDArray k, NDArray v, TokenLayout keys, AttentionSpec form);
}
