package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.PromptOps;
import java.util.Map;

/**
 * Puts a prompt's first n rows before the text that the encoder of an encoder-decoder reads; as in
 * PEFT, the decoder gets none, though a prompt has rows for it.
 *
 * @param site where it goes
 * @param rows makes the rows
 */
public record EncoderPromptAdapter(PromptSite site, PromptRows rows) implements ModelAdapter {

    /** Refuses rows that are not as wide as the model's tokens. */
    public EncoderPromptAdapter {
        site.requireWidthOfWords();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return rows.parameters();
    }

    @Override
    public ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass) {
        return base.forward(call(input, pass), pass);
    }

    private ModelInput call(ModelInput input, AdapterPass pass) {
        // What an encoder has made holds the prompt already.
        return input.get(ModelInput.ENCODER_OUTPUTS) == null
                ? call(input, site, pass, first(rows.of(pass, input), site.shape().tokens()))
                : maskOnly(input, site.shape().tokens());
    }

    /**
     * What the base is called with when these rows stand before the encoder's text.
     *
     * @param front [n, H] or [B, n, H]
     */
    public static ModelInput call(
            ModelInput input, PromptSite site, AdapterPass pass, NDArray front) {
        NDArray words = site.words().of(pass, input);
        return maskOnly(input, site.shape().tokens())
                .without(ModelInput.INPUT_IDS)
                .with(ModelInput.INPUTS_EMBEDS, PromptOps.prepend(words, front));
    }

    /** What the base is called with after its encoder has run. */
    public static ModelInput maskOnly(ModelInput input, long count) {
        return PaddedMask.mask(input, ModelInput.ATTENTION_MASK, count)
                .without(ModelInput.POSITION_IDS)
                .without(ModelInput.TOKEN_TYPE_IDS);
    }

    /** The first rows of [n, H] or [B, n, H]. */
    public static NDArray first(NDArray rows, long count) {
        return rows.get(new NDIndex("..., :{}, :", count));
    }
}
