package io.github.peft4j.task.generate.config;

import com.google.common.collect.ImmutableSet;
import org.jspecify.annotations.Nullable;

/**
 * Ids of the tokens that steer generation; null or empty where a model has none.
 *
 * @param bosTokenId {@code bos_token_id}: starts a decoder's text if {@code decoder_start_token_id}
 *     is absent
 * @param eosTokenId {@code eos_token_id}: each of them ends a text
 * @param padTokenId {@code pad_token_id}: fills finished rows; the first end token if absent
 * @param decoderStartTokenId {@code decoder_start_token_id}: starts the text of an encoder-decoder
 * @param forcedBosTokenId {@code forced_bos_token_id}: the first token after the start
 * @param forcedEosTokenId {@code forced_eos_token_id}: one of them is the last token if {@code
 *     max_length} ends a text
 */
public record SpecialTokens(
        @Nullable Integer bosTokenId,
        ImmutableSet<Integer> eosTokenId,
        @Nullable Integer padTokenId,
        @Nullable Integer decoderStartTokenId,
        @Nullable Integer forcedBosTokenId,
        ImmutableSet<Integer> forcedEosTokenId) {

    /** Refuses negative ids of tokens that are put into a text. */
    public SpecialTokens {
        require("bos_token_id", bosTokenId);
        require("pad_token_id", padTokenId);
        require("decoder_start_token_id", decoderStartTokenId);
        require("forced_bos_token_id", forcedBosTokenId);
        eosTokenId.forEach(id -> require("eos_token_id", id));
        forcedEosTokenId.forEach(id -> require("forced_eos_token_id", id));
    }

    private static void require(String key, @Nullable Integer id) {
        if (id != null && id < 0) {
            throw new IllegalArgumentException(
                    key + " is " + id + ". Give the id of a token, or none.");
        }
    }

    /** Whether this token ends a text. */
    public boolean ends(long id) {
        return eosTokenId.contains((int) id);
    }

    /** What fills rows that ended before others; -1 if no row can. */
    public int fill() {
        if (eosTokenId.isEmpty()) {
            return -1;
        }
        return padTokenId == null ? eosTokenId.asList().get(0) : padTokenId;
    }

    /** The same for beam search, where transformers takes a pad token of id 0 for none. */
    public int fillOfBeams() {
        int fill = fill();
        return fill == 0 ? eosTokenId.asList().get(0) : fill;
    }

    /**
     * The first token of an encoder-decoder's text.
     *
     * @throws IllegalArgumentException if there is none
     */
    public int start() {
        Integer start = decoderStartTokenId == null ? bosTokenId : decoderStartTokenId;
        if (start == null) {
            throw new IllegalArgumentException(
                    "An encoder-decoder's text needs a first token. Set decoder_start_token_id (or"
                            + " bos_token_id), for instance by GenerationConfig.fromPretrained.");
        }
        return start;
    }
}
