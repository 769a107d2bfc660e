package io.github.peft4j.transformers.bert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Module;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.transformers.part.TokenInput;
import io.github.peft4j.transformers.part.TokenLayout;
import java.util.stream.LongStream;

/** Sum of word, token type and position embeddings, normalised. */
final class BertEmbeddings extends Module {

    private final BertConfig config;
    private final Embedding words;
    private final Embedding positions;
    private final Embedding types;
    private final LayerNorm norm;

    BertEmbeddings(BertConfig config) {
        this.config = config;
        int hidden = config.hiddenSize();
        words =
                child(
                        "word_embeddings",
                        new Embedding(config.vocabSize(), hidden, config.padTokenId()));
        positions = child("position_embeddings", new Embedding(config.maxPositions(), hidden));
        types = child("token_type_embeddings", new Embedding(config.typeVocabSize(), hidden));
        norm = child("LayerNorm", new LayerNorm(hidden, config.layerNormEps()));
    }

    /** The tokens' embeddings in their layout: [B, S, H] or [T, H]. */
    NDArray forward(AdapterPass pass, ModelInput input, TokenLayout layout) {
        NDArray tokens = TokenInput.embed(pass, words, input, layout);
        NDArray typeIds = packed(layout, typeIds(input));
        NDArray positionIds = packed(layout, positionIds(input));
        NDArray sum =
                tokens.add(types.forward(pass, typeIds)).add(positions.forward(pass, positionIds));
        NDArray embeddings = norm.forward(pass, sum);
        return pass.training() && config.hiddenDropout() > 0
                ? Ops.dropout(embeddings, config.hiddenDropout())
                : embeddings;
    }

    private static NDArray typeIds(ModelInput input) {
        NDArray given = input.get(ModelInput.TOKEN_TYPE_IDS);
        return given != null ? given : input.manager().zeros(shape(input), DataType.INT64);
    }

    private NDArray positionIds(ModelInput input) {
        NDArray given = input.get(ModelInput.POSITION_IDS);
        if (given != null) {
            return given;
        }
        Shape shape = shape(input);
        long length = shape.get(1);
        if (length > config.maxPositions()) {
            throw new IllegalArgumentException(
                    "The input is "
                            + length
                            + " tokens long, but this model has "
                            + config.maxPositions()
                            + " positions. Truncate the texts (maxLength).");
        }
        NDManager manager = input.manager();
        NDArray row = manager.create(LongStream.range(0, length).toArray());
        return row.expandDims(0).broadcast(shape);
    }

    private static NDArray packed(TokenLayout layout, NDArray ids) {
        return layout.pack(ids);
    }

    private static Shape shape(ModelInput input) {
        return TokenInput.tokens(input).getShape().slice(0, 2);
    }
}
