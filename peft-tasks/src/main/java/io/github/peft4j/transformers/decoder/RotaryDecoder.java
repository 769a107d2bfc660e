package io.github.peft4j.transformers.decoder;

import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Module;
import io.github.peft4j.nn.RmsNorm;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import io.github.peft4j.transformers.part.GatedMlp;
import io.github.peft4j.transformers.part.Rope;
import java.util.function.IntFunction;

/** A decoder in Llama's shape without a head: token embedding, layers, a norm. */
public final class RotaryDecoder extends Module implements Backbone {

    private final Rope rope;
    private final Embedding words;
    private final DecoderStack stack;
    private final RmsNorm norm;

    /**
     * A decoder.
     *
     * @param words the token embedding
     * @param layer makes a layer by its number
     * @param norm after the last layer
     */
    public RotaryDecoder(
            Rope rope,
            Embedding words,
            int layers,
            IntFunction<? extends DecoderLayer> layer,
            RmsNorm norm) {
        this.rope = rope;
        this.words = child("embed_tokens", words);
        stack = new DecoderStack(layers, layer);
        child("layers", stack.module());
        this.norm = child("norm", norm);
    }

    /** A decoder with the usual embedding and norm. */
    public static RotaryDecoder of(
            DecoderConfig sizes, Rope rope, IntFunction<? extends DecoderLayer> layer) {
        Integer padding = sizes.padTokenId() < 0 ? null : sizes.padTokenId();
        return new RotaryDecoder(
                rope,
                new Embedding(sizes.vocabSize(), sizes.hiddenSize(), padding),
                sizes.layers(),
                layer,
                new RmsNorm(sizes.hiddenSize(), sizes.normEps()));
    }

    /** A decoder of plain layers: rotary attention and a gated part, a norm before each. */
    public static RotaryDecoder plain(
            DecoderConfig sizes, AttentionConfig attention, Rope rope, boolean mlpBias) {
        return of(
                sizes,
                rope,
                i ->
                        new PreNormLayer(
                                sizes,
                                new RotaryAttention(sizes, attention, i),
                                new GatedMlp(
                                        sizes.hiddenSize(),
                                        sizes.intermediateSize(),
                                        sizes.activation(),
                                        mlpBias)));
    }

    /** The token embedding, for an output that reads its weight. */
    public Embedding words() {
        return words;
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, RequiredPositions required) {
        boolean all = required == RequiredPositions.ALL || input.outputHiddenStates();
        TokenLayout layout = TokenInput.layout(pass, input, all);
        DecoderCall call =
                new DecoderCall(
                        layout, rope.at(TokenInput.positions(input, layout)), input.cache());
        return stack.run(
                pass,
                input,
                call,
                () -> TokenInput.embed(pass, words, input, layout),
                hidden -> norm.forward(pass, hidden));
    }
}
