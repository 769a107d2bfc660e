package io.github.peft4j.task.train.plan;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.peft4j.task.data.TokenBatch;

/** What a probe step computes: the loss of a batch, as the training will. */
@FunctionalInterface
public interface ProbeLoss {

    /**
     * The loss of a batch, with gradients recorded.
     *
     * @param scope where its arrays go; closed after the backward pass
     */
    NDArray of(TokenBatch batch, NDManager scope);
}
