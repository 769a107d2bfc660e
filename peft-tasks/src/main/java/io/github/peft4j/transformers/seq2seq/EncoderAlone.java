package io.github.peft4j.transformers.seq2seq;

import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;

/** The encoder of an encoder-decoder as a model of its own. */
public final class EncoderAlone extends Module implements Backbone {

    private final Stack encoder;

    /** An encoder whose embedding is tied to {@code shared} already. */
    public EncoderAlone(Embedding shared, Stack encoder) {
        child("shared", shared);
        this.encoder = child("encoder", encoder);
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, RequiredPositions required) {
        boolean all = required == RequiredPositions.ALL || input.outputHiddenStates();
        var mask = input.attentionMask();
        boolean packs = mask == null || encoder.allowsGaps() || TokenLayout.isContiguous(mask);
        TokenLayout layout = TokenInput.layout(pass, input, all || !packs);
        StackOutput encoded =
                encoder.forward(
                        new StackCall(
                                pass,
                                TokenInput.tokens(input),
                                layout,
                                input.outputHiddenStates(),
                                null,
                                null,
                                input.knownStates()));
        return new Output(encoded.last(), layout, encoded.states());
    }
}
