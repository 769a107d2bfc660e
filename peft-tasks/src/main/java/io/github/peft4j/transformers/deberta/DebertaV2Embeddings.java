package io.github.peft4j.transformers.deberta;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.encoder.PositionRule;
import io.github.peft4j.transformers.encoder.TokenIds;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.Dropout;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Word embeddings, where the config asks for them with those of positions and token types added,
 * projected and normalised; zero for padding.
 */
final class DebertaV2Embeddings extends Module {

    private final DebertaV2Config config;
    private final Embedding words;
    private final @Nullable Embedding positions;
    private final @Nullable Embedding types;
    private final @Nullable Linear projection;
    private final LayerNorm norm;

    DebertaV2Embeddings(DebertaV2Config config) {
        this.config = config;
        int width = config.embeddingSize();
        int hidden = config.sizes().form().hiddenSize();
        int kinds = config.sizes().typeVocabSize();
        words = child("word_embeddings", config.sizes().words(width));
        positions =
                config.absolutePositions()
                        ? child("position_embeddings", table(config.sizes().maxPositions(), width))
                        : null;
        types = kinds > 0 ? child("token_type_embeddings", table(kinds, width)) : null;
        projection = width == hidden ? null : child("embed_proj", new Linear(width, hidden, false));
        norm = child("LayerNorm", new LayerNorm(hidden, config.sizes().form().normEps()));
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

    NDArray forward(AdapterPass pass, ModelInput input, TokenLayout layout) {
        NDArray sum = TokenInput.embed(pass, words, input, layout);
        if (positions != null) {
            NDArray ids =
                    TokenIds.positions(
                            input, positions, PositionRule.FROM_ZERO, config.sizes().padTokenId());
            sum = sum.add(positions.forward(pass, layout.pack(ids)));
        }
        if (types != null) {
            sum = sum.add(types.forward(pass, layout.pack(TokenIds.types(input, types))));
        }
        if (projection != null) {
            sum = projection.forward(pass, sum);
        }
        NDArray real = layout.withoutPadding(norm.forward(pass, sum));
        return Dropout.apply(pass, real, config.sizes().form().hiddenDropout());
    }
}
