package io.github.peft4j.transformers.seq2seq;

import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.family.FamilyParts;
import java.util.function.Supplier;

/**
 * The token embedding of an encoder-decoder. Encoder, decoder and output read its weight as long as
 * the config ties them, except where the file holds a tensor of their own that differs.
 */
public final class SharedEmbedding {

    private static final String SHARED = "shared.weight";
    private static final String ENCODER = "encoder.embed_tokens.weight";
    private static final String DECODER = "decoder.embed_tokens.weight";
    private static final String OUTPUT = "lm_head.weight";

    private final CheckpointKeys keys;
    private final boolean tied;
    private final Supplier<Embedding> tables;
    private final Embedding shared;

    /**
     * An embedding.
     *
     * @param tied whether config.json ties the tables
     * @param tables makes a table of its own
     */
    public SharedEmbedding(CheckpointKeys keys, boolean tied, Supplier<Embedding> tables) {
        this.keys = keys;
        this.tied = tied;
        this.tables = tables;
        shared = tables.get();
    }

    /** The table that is called {@code shared}. */
    public Embedding table() {
        return shared;
    }

    /** The encoder's. */
    public Embedding encoder() {
        return of(ENCODER);
    }

    /** The decoder's. */
    public Embedding decoder() {
        return of(DECODER);
    }

    /** The layer that scores the vocabulary, [hidden, vocabulary] without a bias. */
    public Linear output(int hiddenSize) {
        return isTied(OUTPUT)
                ? Linear.tiedTo(shared.weight())
                : new Linear(hiddenSize, shared.rows(), false);
    }

    /**
     * Names the keys under which a file may hold the shared table.
     *
     * @param prefix of the layers with its dot, or an empty text
     */
    public FamilyParts.Builder addAliases(FamilyParts.Builder parts, String prefix) {
        if (tied) {
            for (String key : new String[] {ENCODER, DECODER, OUTPUT}) {
                parts.addAlias(prefix + SHARED, key);
            }
        }
        return parts;
    }

    private Embedding of(String key) {
        return isTied(key) ? shared.tied() : tables.get();
    }

    private boolean isTied(String key) {
        return tied && !keys.differ(key, SHARED);
    }
}
