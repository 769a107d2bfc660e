package io.github.peft4j.task.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenPairs;
import java.util.function.Function;

/**
 * Teaches embeddings of texts that belong together to lie close, and all others apart.
 *
 * <p>Both texts of each pair are embedded: the mean of the last layer over the tokens, of length 1.
 * With embeddings a and b of B pairs the loss is \(-\frac{1}{B}\sum_i \log \frac{\exp(s\, a_i \cdot
 * b_i)}{\sum_j \exp(s\, a_i \cdot b_j)}\): every other second text of the batch is a wrong answer,
 * so larger batches teach more. Batches come from {@link TokenPairs}.
 *
 * @param scale s; 20 is usual
 * @see <a href="https://arxiv.org/abs/1705.00652">Henderson et al. 2017, section 4.4</a>
 */
public record InBatchNegatives(double scale) implements Objective {

    /** Its name in passports. */
    static final String POOLING = "MEAN";

    /** Refuses scales that are not positive. */
    public InBatchNegatives {
        if (!(scale > 0)) {
            throw new IllegalArgumentException(
                    "The scale of in-batch negatives is " + scale + "; it must be positive.");
        }
    }

    /** With the usual scale, 20. */
    public InBatchNegatives() {
        this(20);
    }

    @Override
    public ModelOutput of(
            Function<ModelInput, ModelOutput> model, TokenBatch batch, NDManager scope) {
        if (batch.size() < 2) {
            throw new IllegalArgumentException(
                    "A batch of "
                            + batch.size()
                            + " pair has no wrong answers. Use a larger batch, and optDropLast(true)"
                            + " on the loader.");
        }
        NDArray first = embed(model, TokenPairs.first(batch), scope);
        NDArray second = embed(model, TokenPairs.second(batch), scope);
        return ModelOutput.of(
                ImmutableMap.of(ModelOutput.LOSS, Ops.inBatchNegatives(first, second, scale)));
    }

    private static NDArray embed(
            Function<ModelInput, ModelOutput> model, TokenBatch texts, NDManager scope) {
        ModelInput input = texts.toInput(scope);
        NDArray mask = input.attentionMask();
        if (mask == null) {
            throw new IllegalArgumentException(
                    "The batch has no attention_mask, only " + input.arrays().keySet() + ".");
        }
        NDArray hidden = model.apply(input).withoutVirtualTokens().lastHiddenState();
        return Ops.unitRows(Ops.meanTokens(hidden, mask));
    }
}
