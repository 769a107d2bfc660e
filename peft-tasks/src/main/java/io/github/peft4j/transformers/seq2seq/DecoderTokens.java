package io.github.peft4j.transformers.seq2seq;

import ai.djl.ndarray.NDArray;
import io.github.peft4j.model.ModelInput;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder reads: {@code decoder_input_ids} or {@code decoder_inputs_embeds} if the call has
 * them, else what the model's head makes of the labels or of the encoder's text.
 *
 * @param fromLabels whether labels, which are then [B, T], may stand for it, shifted right
 * @param fromText whether the encoder's ids may, shifted right
 */
public record DecoderTokens(ShiftRight shift, boolean fromLabels, boolean fromText) {

    /**
     * Ids [B, T], or embeddings [B, T, H].
     *
     * @throws IllegalArgumentException if the call has nothing to make them of
     */
    public NDArray of(ModelInput input) {
        NDArray given = input.get(ModelInput.DECODER_INPUT_IDS);
        NDArray embeds = input.get(ModelInput.DECODER_INPUTS_EMBEDS);
        if (given != null && embeds != null) {
            throw new IllegalArgumentException(
                    "decoder_input_ids and decoder_inputs_embeds are both given. Give one of them.");
        }
        if (given != null) {
            return checked(given, 2);
        }
        if (embeds != null) {
            return checked(embeds, 3);
        }
        NDArray labels = input.labels();
        if (fromLabels && labels != null) {
            return shift.of(checked(labels, 2));
        }
        NDArray text = input.inputIds();
        if (fromText && text != null) {
            return shift.of(checked(text, 2));
        }
        throw new IllegalArgumentException(
                "The decoder has nothing to read: the input has "
                        + input.arrays().keySet()
                        + ". Give decoder_input_ids"
                        + (fromLabels ? ", or labels" : "")
                        + (fromText ? ", or input_ids" : "")
                        + ".");
    }

    private static NDArray checked(NDArray tokens, int axes) {
        if (tokens.getShape().dimension() != axes) {
            throw new IllegalArgumentException(
                    "What the decoder reads is "
                            + tokens.getShape()
                            + "; it must be [batch, sequence"
                            + (axes == 3 ? ", hidden]" : "]")
                            + ". Put a single text into a batch of one.");
        }
        return tokens;
    }

    /**
     * Where the loss ends: 1 for each position [B, T] that a label, or the end of the text, depends
     * on. A position sees no later one, so the rest need not be computed.
     *
     * @param tokens what {@link #of} gave
     * @return null for all positions
     */
    @Nullable NDArray wanted(ModelInput input, NDArray tokens) {
        NDArray ends = fromLabels ? input.labels() : input.attentionMask();
        long none = fromLabels ? ShiftRight.IGNORE : 0;
        if (ends == null || !ends.getShape().equals(tokens.getShape().slice(0, 2))) {
            return null;
        }
        long[] values = ends.toLongArray();
        int length = (int) ends.getShape().get(1);
        long[] wanted = new long[values.length];
        for (int start = 0; start < values.length; start += length) {
            int end = start + length;
            while (end > start + 1 && values[end - 1] == none) {
                end--;
            }
            Arrays.fill(wanted, start, end, 1); // at least one, for a row without labels
        }
        return tokens.getManager().create(wanted, ends.getShape());
    }
}
