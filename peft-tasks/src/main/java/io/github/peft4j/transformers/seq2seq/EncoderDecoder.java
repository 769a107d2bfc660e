package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.RequiredPositions;
import io.github.peft4j.transformers.layout.TokenInput;
import io.github.peft4j.transformers.layout.TokenLayout;
import org.jspecify.annotations.Nullable;

/**
 * An encoder, a decoder that looks at what it made, and the token table that both read.
 *
 * <p>Where only the loss is wanted, neither padding nor what lies behind the last label is
 * computed. With {@code encoder_outputs} the encoder does not run.
 */
public final class EncoderDecoder extends Module implements Backbone {

    private final Stack encoder;
    private final Stack decoder;
    private final DecoderTokens decoderTokens;

    /** Puts the halves together; their embeddings are tied to {@code shared} already. */
    public EncoderDecoder(
            Embedding shared, Stack encoder, Stack decoder, DecoderTokens decoderTokens) {
        child("shared", shared);
        this.encoder = child("encoder", encoder);
        this.decoder = child("decoder", decoder);
        this.decoderTokens = decoderTokens;
    }

    @Override
    public Output forward(AdapterPass pass, ModelInput input, RequiredPositions required) {
        NDArray given = input.get(ModelInput.ENCODER_OUTPUTS);
        NDArray text = given != null ? given : TokenInput.tokens(input);
        NDArray tokens = decoderTokens.of(input);
        boolean states = input.outputHiddenStates();
        boolean all = required == RequiredPositions.ALL || states;
        TokenLayout.Pair layouts = layouts(pass, input, text, tokens, all);
        StackOutput encoded = encoded(pass, input, text, layouts.encoder());
        StackOutput decoded =
                decoder.forward(
                        new StackCall(
                                pass,
                                tokens,
                                layouts.decoder(),
                                states,
                                new StackCall.Memory(encoded.last(), layouts.encoder()),
                                input.cache(),
                                null));
        return new Output(
                decoded.last(),
                layouts.decoder(),
                false,
                null,
                decoded.states(),
                layouts.encoder().isPacked() ? ImmutableMap.of() : fields(encoded));
    }

    private TokenLayout.Pair layouts(
            AdapterPass pass, ModelInput input, NDArray text, NDArray tokens, boolean all) {
        NDArray mask = input.attentionMask();
        NDArray decoderMask = input.get(ModelInput.DECODER_ATTENTION_MASK);
        boolean padded = all || input.cache() != null || decoderMask != null;
        TokenLayout.Pair packed =
                padded || !pass.allowsPacking() || !packs(mask)
                        ? null
                        : TokenLayout.packedPair(
                                text, mask, tokens, decoderTokens.wanted(input, tokens));
        return packed != null && packed.isPlaced(pass)
                ? packed
                : TokenLayout.Pair.padded(text, mask, tokens, decoderMask);
    }

    private boolean packs(@Nullable NDArray mask) {
        return mask == null || encoder.allowsGaps() || TokenLayout.isContiguous(mask);
    }

    private StackOutput encoded(
            AdapterPass pass, ModelInput input, NDArray text, TokenLayout layout) {
        NDArray given = input.get(ModelInput.ENCODER_OUTPUTS);
        if (given != null) {
            return new StackOutput(layout.pack(given), ImmutableList.of());
        }
        return encoder.forward(
                new StackCall(
                        pass,
                        text,
                        layout,
                        input.outputHiddenStates(),
                        null,
                        null,
                        input.knownStates()));
    }

    private static ImmutableMap<String, NDArray> fields(StackOutput encoded) {
        ImmutableMap.Builder<String, NDArray> fields = ImmutableMap.builder();
        fields.put(ModelOutput.ENCODER_LAST_HIDDEN_STATE, encoded.last());
        for (int i = 0; i < encoded.states().size(); i++) {
            fields.put("encoder_hidden_states." + i, encoded.states().get(i));
        }
        return fields.buildOrThrow();
    }
}
