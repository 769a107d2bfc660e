package io.github.peft4j.transformers.gpt2;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderStack;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.layout.PositionTable;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.Dropout;

/** GPT-2 without a head: token and position embeddings, layers, a norm. */
final class Gpt2Model extends Module implements Backbone {

    private final Gpt2Config config;
    private final Embedding words;
    private final Embedding positions;
    private final DecoderStack stack;
    private final LayerNorm norm;

    Gpt2Model(Gpt2Config config) {
        this.config = config;
        int hidden = config.hiddenSize();
        words = child("wte", new Embedding(config.vocabSize(), hidden));
        positions = child("wpe", new Embedding(config.maxPositions(), hidden));
        stack = new DecoderStack(config.layers(), i -> new Gpt2Layer(config, i));
        child("h", stack.module());
        norm = child("ln_f", new LayerNorm(hidden, config.normEps()));
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
                () -> embeddings(pass, input, layout),
                hidden -> norm.forward(pass, hidden));
    }

    /** Token types, where given, are rows of the token embedding too. */
    private NDArray embeddings(AdapterPass pass, ModelInput input, TokenLayout layout) {
        NDArray places = TokenInput.positions(input, layout);
        NDArray sum =
                TokenInput.embed(pass, words, input, layout)
                        .add(PositionTable.rows(pass, positions, places, 0));
        NDArray types = input.get(ModelInput.TOKEN_TYPE_IDS);
        if (types != null) {
            sum = sum.add(words.forward(pass, layout.pack(types)));
        }
        return Dropout.apply(pass, sum, config.embeddingDropout());
    }
}
