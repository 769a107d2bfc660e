package io.github.peft4j.transformers.gptneox;

import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.LayerNorm;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.decoder.DecoderCall;
import io.github.peft4j.transformers.decoder.DecoderStack;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.Dropout;
import io.github.peft4j.transformers.part.RotaryPositions;

/** GPT-NeoX without a head: token embedding, layers, a norm. */
final class GptNeoXModel extends Module implements Backbone {

    private final GptNeoXConfig config;
    private final Embedding words;
    private final DecoderStack stack;
    private final LayerNorm norm;

    GptNeoXModel(GptNeoXConfig config) {
        this.config = config;
        words = child("embed_in", new Embedding(config.vocabSize(), config.hiddenSize()));
        stack = new DecoderStack(config.layers(), i -> new GptNeoXLayer(config, i));
        child("layers", stack.module());
        norm = child("final_layer_norm", new LayerNorm(config.hiddenSize(), config.normEps()));
    }

    /** The token embedding, for an output that reads its weight. */
    Embedding words() {
        return words;
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, RequiredPositions required) {
        boolean all = required == RequiredPositions.ALL || input.outputHiddenStates();
        TokenLayout layout = TokenInput.layout(pass, input, all);
        RotaryPositions rotary = config.rope().at(TokenInput.positions(input, layout));
        DecoderCall call = new DecoderCall(layout, rotary, input.cache());
        return stack.run(
                pass,
                input,
                call,
                () ->
                        Dropout.apply(
                                pass,
                                TokenInput.embed(pass, words, input, layout),
                                config.dropout()),
                hidden -> norm.forward(pass, hidden));
    }
}
