package io.github.peft4j.task.train;

import ai.djl.ndarray.NDManager;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.TokenBatch;
import java.util.function.Function;

/**
 * What a training minimises. Usually the loss that the model's head computes of the labels; a loss
 * of one's own may call the model several times.
 */
@FunctionalInterface
public interface Objective {

    /**
     * The loss of a batch, in {@link ModelOutput#loss()}.
     *
     * @param model calls the model for training, with gradients recorded
     * @param batch the examples
     * @param scope where their arrays go; closed after the backward pass
     */
    ModelOutput of(Function<ModelInput, ModelOutput> model, TokenBatch batch, NDManager scope);

    /**
     * The loss that the model's head computes of the labels, and nothing else: scores of a whole
     * vocabulary cost more than the layers below them, and scores of each token need padding. A
     * trainer asks for them where metrics or a listener read them.
     */
    static Objective ofLabels() {
        return (model, batch, scope) ->
                model.apply(batch.toInput(scope).withLogits(LogitsToKeep.NONE));
    }
}
