package io.github.peft4j.transformers.bart;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.transformers.layout.PositionTable;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.seq2seq.Stack;
import io.github.peft4j.transformers.seq2seq.StackCall;
import io.github.peft4j.transformers.seq2seq.StackOutput;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * BART's encoder or decoder, with learned positions that count padding.
 *
 * @see <a href="https://arxiv.org/abs/1910.13461">Lewis et al. 2019</a>
 */
final class BartStack extends Stack {

    /** The first rows of the position table belong to no position. */
    private static final int POSITION_OFFSET = 2;

    private final BartConfig config;
    private final BartConfig.Half half;
    private final Embedding words;
    private final Embedding positions;
    private final List<BartLayer> layers = new ArrayList<>();
    private final LayerNorm embeddingNorm;
    private final @Nullable LayerNorm lastNorm;

    BartStack(BartConfig config, Embedding words, boolean decoder) {
        this.config = config;
        this.words = child("embed_tokens", words);
        half = config.half(decoder);
        int hidden = config.hiddenSize();
        positions =
                child(
                        "embed_positions",
                        new Embedding(config.maxPositions() + POSITION_OFFSET, hidden));
        Group stack = child("layers", new Group());
        for (int i = 0; i < half.layers(); i++) {
            layers.add(stack.add(Integer.toString(i), new BartLayer(config, i, decoder)));
        }
        embeddingNorm = child("layernorm_embedding", new LayerNorm(hidden, BartLayer.NORM_EPS));
        lastNorm =
                config.normsFirst()
                        ? child("layer_norm", new LayerNorm(hidden, BartLayer.NORM_EPS))
                        : null;
    }

    @Override
    public StackOutput forward(StackCall call) {
        AdapterPass pass = call.pass();
        return run(
                call,
                () -> embed(call),
                layers.size(),
                (i, h, memory) ->
                        isLeftOut(call)
                                ? h.reshape(h.getShape())
                                : layers.get(i).forward(call, h, memory),
                last -> lastNorm == null ? last : lastNorm.forward(pass, last));
    }

    private NDArray embed(StackCall call) {
        AdapterPass pass = call.pass();
        NDArray tokens = TokenInput.embed(pass, words, call.tokens(), call.layout());
        NDArray places =
                PositionTable.rows(
                        pass, positions, call.layout().positions(call.past()), POSITION_OFFSET);
        NDArray normed = embeddingNorm.forward(pass, tokens, places);
        return Dropout.apply(pass, normed, config.dropout());
    }

    /** Whether training leaves out the next layer. */
    private boolean isLeftOut(StackCall call) {
        if (!call.pass().training() || half.layerDropout() == 0) {
            return false;
        }
        call.pass().noteRandom();
        try (NDArray draw = call.pass().scope().randomUniform(0, 1, new Shape(1))) {
            return draw.getFloat(0) < half.layerDropout();
        }
    }
}
