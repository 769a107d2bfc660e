package io.github.peft4j.task.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Ops;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A prompt that an encoder reads, once; the decoder's text starts without it. */
final class EncoderPrompt implements PromptReader {

    private NDArray ids;
    private NDArray mask;
    private @Nullable NDArray encoded;

    /**
     * The prompt in a manager.
     *
     * @param mask [B][S], or null if nothing is padding
     */
    EncoderPrompt(NDManager manager, PromptBatch prompts, long @Nullable [][] mask) {
        Shape shape = new Shape(prompts.rows(), prompts.length());
        long[] tokens = new long[(int) shape.size()];
        for (int row = 0; row < prompts.rows(); row++) {
            System.arraycopy(prompts.ids(row), 0, tokens, row * prompts.length(), prompts.length());
        }
        ids = manager.create(tokens, shape);
        long[] real = new long[tokens.length];
        Arrays.fill(real, 1);
        for (int row = 0; mask != null && row < mask.length; row++) {
            System.arraycopy(mask[row], 0, real, row * prompts.length(), prompts.length());
        }
        this.mask = manager.create(real, shape);
    }

    @Override
    public ModelInput input(NDArray decoderIds, int from) {
        NDManager scope = decoderIds.getManager();
        NDArray states = encoded;
        return ModelInput.of(
                ImmutableMap.of(
                        states == null ? ModelInput.INPUT_IDS : ModelInput.ENCODER_OUTPUTS,
                        alias(states == null ? ids : states, scope),
                        ModelInput.ATTENTION_MASK,
                        alias(mask, scope),
                        ModelInput.DECODER_INPUT_IDS,
                        decoderIds));
    }

    /** The same memory, so that what is computed from it ends with the call. */
    private static NDArray alias(NDArray array, NDManager scope) {
        NDArray alias = array.stopGradient();
        alias.attach(scope);
        return alias;
    }

    @Override
    public void keep(ModelOutput output, NDManager manager) {
        if (encoded == null) {
            encoded =
                    output.get(ModelOutput.ENCODER_LAST_HIDDEN_STATE)
                            .orElseThrow(
                                    () ->
                                            new IllegalStateException(
                                                    "The model returned no "
                                                            + ModelOutput.ENCODER_LAST_HIDDEN_STATE
                                                            + ", only "
                                                            + output.arrays().keySet()
                                                            + "."));
            encoded.attach(manager);
        }
    }

    @Override
    public void choose(NDArray rows) {
        ids = chosen(ids, rows);
        mask = chosen(mask, rows);
        encoded = encoded == null ? null : chosen(encoded, rows);
    }

    private static NDArray chosen(NDArray array, NDArray rows) {
        try (NDArray before = array) {
            return Ops.rows(before, rows); // in the manager of before
        }
    }
}
