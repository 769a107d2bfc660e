package io.github.peft4j.transformers.encoder;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.Dropout;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sum of word, token type (where there are types) and position embeddings, normalised. */
final class EncoderEmbeddings extends Module {

    private final EncoderConfig config;
    private final PositionRule rule;
    private final Embedding words;
    private final Embedding positions;
    private final @Nullable Embedding types;
    private final LayerNorm norm;

    /**
     * Fresh tables.
     *
     * @param width features of an embedding
     */
    EncoderEmbeddings(EncoderConfig config, int width, PositionRule rule) {
        this.config = config;
        this.rule = rule;
        int pad = config.padTokenId();
        boolean padded = rule == PositionRule.AFTER_PADDING;
        if (padded && pad < 0) {
            throw new IllegalArgumentException(
                    "pad_token_id is null in config.json, but positions are counted from it. Set it"
                            + " to the tokenizer's (addConfigOverride).");
        }
        positions = new Embedding(config.maxPositions(), width, padded ? pad : null);
        words = child("word_embeddings", config.words(width));
        // RoBERTa names its positions last, all others (and it is one with types) second.
        boolean last = padded && config.typeVocabSize() > 0;
        if (!last) {
            child("position_embeddings", positions);
        }
        types =
                config.typeVocabSize() > 0
                        ? child("token_type_embeddings", table(config.typeVocabSize(), width))
                        : null;
        norm = child("LayerNorm", new LayerNorm(width, config.form().normEps()));
        if (last) {
            child("position_embeddings", positions);
        }
    }

    private static Embedding table(int rows, int width) {
        return new Embedding(rows, width);
    }

    Embedding words() {
        return words;
    }

    /** Segments, if there is a table of them. */
    Optional<String> thirdInput() {
        return types == null ? Optional.empty() : Optional.of(ModelInput.TOKEN_TYPE_IDS);
    }

    /** The tokens' embeddings in their layout: [B, S, width] or [T, width]. */
    NDArray forward(AdapterPass pass, ModelInput input, TokenLayout layout) {
        NDArray sum = TokenInput.embed(pass, words, input, layout);
        if (types != null) {
            sum = sum.add(types.forward(pass, layout.pack(TokenIds.types(input, types))));
        }
        NDArray places = TokenIds.positions(input, positions, rule, config.padTokenId());
        sum = sum.add(positions.forward(pass, layout.pack(places)));
        return Dropout.apply(pass, norm.forward(pass, sum), config.form().hiddenDropout());
    }
}
