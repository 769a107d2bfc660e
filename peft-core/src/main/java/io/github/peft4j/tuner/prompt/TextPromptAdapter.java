package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.PromptOps;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Puts a prompt's rows before the embeddings of the text that a model of one stack reads.
 *
 * <p>Mask and token types grow with it, and so do labels of each token, by such as do not count;
 * positions are left to the model. A call that goes on from a cache finds the prompt there, so that
 * only its mask grows. Outputs have a row for each virtual token too.
 *
 * <p>PEFT pads no labels of {@code TOKEN_CLS}; labels that its callers have padded are taken as
 * they are.
 *
 * @param site where it goes
 * @param rows makes the rows
 */
public record TextPromptAdapter(PromptSite site, PromptRows rows) implements ModelAdapter {

    /** Refuses rows that are not as wide as the model's tokens. */
    public TextPromptAdapter {
        site.requireWidthOfWords();
    }

    @Override
    public Map<String, Parameter> parameters() {
        return rows.parameters();
    }

    @Override
    public ModelOutput forward(ModelInput input, BaseModel base, AdapterPass pass) {
        ModelOutput output = base.forward(call(input, pass), pass);
        return goesOn(input) ? output : output.withVirtualTokens(site.shape().rows());
    }

    /** Behind virtual tokens the first label of a row is foretold too. */
    @Override
    public OptionalLong countedLabels(long[][] labels, Map<String, long[]> batch) {
        return site.shape().rows() == 0
                ? OptionalLong.empty()
                : OptionalLong.of(
                        Arrays.stream(labels)
                                .flatMapToLong(Arrays::stream)
                                .filter(label -> label != PaddedMask.IGNORED)
                                .count());
    }

    /** What the base is called with. */
    public ModelInput call(ModelInput input, AdapterPass pass) {
        long count = site.shape().rows();
        ModelInput call =
                PaddedMask.mask(input, ModelInput.ATTENTION_MASK, count)
                        .without(ModelInput.POSITION_IDS);
        if (goesOn(input)) {
            return call.without(ModelInput.TOKEN_TYPE_IDS);
        }
        NDArray words = site.words().of(pass, input);
        call =
                call.without(ModelInput.INPUT_IDS)
                        .with(
                                ModelInput.INPUTS_EMBEDS,
                                PromptOps.prepend(words, rows.of(pass, input)));
        return labels(types(call, count), words.getShape().get(1), count);
    }

    private static boolean goesOn(ModelInput input) {
        KeyValueCache cache = input.cache();
        return cache != null && cache.length() > 0;
    }

    /** As in PEFT, types reach classifiers alone. */
    private ModelInput types(ModelInput call, long count) {
        return switch (site.task()) {
            case SEQ_CLS, TOKEN_CLS, QUESTION_ANS -> PaddedMask.types(call, count);
            default -> call.without(ModelInput.TOKEN_TYPE_IDS);
        };
    }

    private ModelInput labels(ModelInput call, long length, long count) {
        NDArray labels = call.labels();
        boolean each = site.task() == TaskType.CAUSAL_LM || site.task() == TaskType.TOKEN_CLS;
        boolean padded =
                site.task() == TaskType.TOKEN_CLS
                        && labels != null
                        && labels.getShape().dimension() == 2
                        && labels.getShape().get(1) == length + count;
        return each && !padded ? PaddedMask.labels(call, count) : call;
    }
}
