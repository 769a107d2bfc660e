package io.github.peft4j.tuner.multitask;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.PromptOps;
import io.github.peft4j.tuner.prompt.EncoderPromptAdapter;
import io.github.peft4j.tuner.prompt.PaddedMask;
import io.github.peft4j.tuner.prompt.PromptRows;
import io.github.peft4j.tuner.prompt.PromptSite;
import java.util.Map;

/**
 * Puts a prompt's first n rows before the encoder's text and the other n before the decoder's.
 *
 * <p>The decoder reads its embeddings, its ids, or what the labels make of them, shifted right, and
 * labels of the virtual tokens do not count. A generation (a call that wants the last scores alone)
 * puts rows before the encoder's text only, as PEFT's does.
 *
 * @param site where it goes
 * @param prompt makes the rows of both
 */
record EncoderDecoderPromptAdapter(PromptSite site, PromptRows prompt) implements ModelAdapter {

    /** The label that does not count. */
    private static final long IGNORED = -100;

    /** Refuses rows that are not as wide as the model's tokens. */
    EncoderDecoderPromptAdapter {
        site.requireWidthOfWords();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return prompt.parameters();
    }

    @Override
    public ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass) {
        int count = site.shape().tokens();
        if (input.get(ModelInput.ENCODER_OUTPUTS) != null) {
            ModelInput call = EncoderPromptAdapter.maskOnly(input, count);
            return base.forward(call, pass);
        }
        NDArray rows = prompt.of(pass, input);
        ModelInput call =
                EncoderPromptAdapter.call(
                        input, site, pass, EncoderPromptAdapter.first(rows, count));
        if (input.logits() == LogitsToKeep.LAST) {
            return base.forward(call, pass);
        }
        NDArray rest = rows.get(new NDIndex("..., {}:, :", count));
        call =
                PaddedMask.mask(
                                PaddedMask.labels(call, count),
                                ModelInput.DECODER_ATTENTION_MASK,
                                count)
                        .without(ModelInput.DECODER_INPUT_IDS)
                        .with(
                                ModelInput.DECODER_INPUTS_EMBEDS,
                                PromptOps.prepend(decoderWords(pass, input), rest));
        return base.forward(call, pass).withVirtualTokens(count);
    }

    private NDArray decoderWords(AdapterPass pass, ModelInput input) {
        NDArray given = input.get(ModelInput.DECODER_INPUTS_EMBEDS);
        if (given != null) {
            return given;
        }
        NDArray ids = input.get(ModelInput.DECODER_INPUT_IDS);
        if (ids != null) {
            return site.words().embed(pass, ids);
        }
        NDArray labels = input.labels();
        if (labels != null) {
            return site.words().embed(pass, shiftedRight(labels));
        }
        throw new IllegalArgumentException(
                "The decoder has nothing to read: the call has "
                        + input.arrays().keySet()
                        + ". Give labels, or decoder_input_ids.");
    }

    /** Labels [B, T] one position to the right, behind the decoder's start; -100 is padding. */
    private NDArray shiftedRight(NDArray labels) {
        long pad = token("pad_token_id");
        long start = token("decoder_start_token_id");
        int length = (int) labels.getShape().get(1);
        long[] values = labels.toLongArray();
        long[] shifted = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            long before = i % length == 0 ? start : values[i - 1];
            shifted[i] = before == IGNORED ? pad : before;
        }
        return labels.getManager().create(shifted, labels.getShape());
    }

    private long token(String key) {
        if (site.model().info().config().get(key) instanceof Number number) {
            return number.longValue();
        }
        throw new IllegalArgumentException(
                key
                        + " is absent in config.json, so labels cannot be shifted right. Set it, or"
                        + " give decoder_input_ids.");
    }
}
