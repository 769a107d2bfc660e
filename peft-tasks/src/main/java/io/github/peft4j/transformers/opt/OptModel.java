package io.github.peft4j.transformers.opt;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Group;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderStack;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.layout.PositionTable;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import org.jspecify.annotations.Nullable;

/**
 * OPT without a head: token embedding, projected where it is narrower than the layers, positions,
 * layers, perhaps a norm, and the projection back.
 */
final class OptModel extends Module implements Backbone {

    /** Added to the variance in each norm; not in config.json. */
    static final double NORM_EPS = 1e-5;

    /** Rows of the position table before that of position 0; padding reads the last of them. */
    private static final int FIRST_POSITION = 2;

    private final Embedding words;
    private final Embedding positions;
    private final @Nullable Linear projectOut;
    private final @Nullable Linear projectIn;
    private final @Nullable LayerNorm norm;
    private final DecoderStack stack;

    OptModel(OptConfig config) {
        int hidden = config.hiddenSize();
        int narrow = config.wordSize();
        boolean projected = narrow != hidden;
        Integer padding = config.padTokenId() < 0 ? null : config.padTokenId();
        Group decoder = child("decoder", new Group());
        words = decoder.add("embed_tokens", new Embedding(config.vocabSize(), narrow, padding));
        positions =
                decoder.add(
                        "embed_positions",
                        new Embedding(config.maxPositions() + FIRST_POSITION, hidden));
        projectOut =
                projected ? decoder.add("project_out", new Linear(hidden, narrow, false)) : null;
        projectIn = projected ? decoder.add("project_in", new Linear(narrow, hidden, false)) : null;
        norm =
                config.finalNorm()
                        ? decoder.add("final_layer_norm", new LayerNorm(hidden, NORM_EPS))
                        : null;
        stack = new DecoderStack(config.layers(), i -> new OptLayer(config, i));
        decoder.add("layers", stack.module());
    }

    /** The token embedding, for an output that reads its weight. */
    Embedding words() {
        return words;
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, RequiredPositions required) {
        boolean all = required == RequiredPositions.ALL || input.outputHiddenStates();
        TokenLayout layout = TokenInput.layout(pass, input, all);
        DecoderCall call = new DecoderCall(layout, null, input.cache());
        return stack.run(
                pass,
                input,
                call,
                () -> embed(pass, input, layout),
                hidden -> finish(pass, hidden));
    }

    private NDArray embed(AdapterPass pass, ModelInput input, TokenLayout layout) {
        NDArray tokens = TokenInput.embed(pass, words, input, layout);
        NDArray wide = projectIn == null ? tokens : projectIn.forward(pass, tokens);
        NDArray places = PositionTable.counted(input, layout);
        return wide.add(PositionTable.rows(pass, positions, places, FIRST_POSITION));
    }

    private NDArray finish(AdapterPass pass, NDArray hidden) {
        NDArray last = norm == null ? hidden : norm.forward(pass, hidden);
        return projectOut == null ? last : projectOut.forward(pass, last);
    }
}
