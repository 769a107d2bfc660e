package io.github.peft4j.task.route;

import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.util.concurrent.CompletableFuture;

/**
 * A call that waits for its turn.
 *
 * @param adapter who answers, or the name of the base
 * @param answer what it is given
 * @param leads completed with true when its thread is to run the next batch, with false when it is
 *     answered
 */
record Request(
        String adapter,
        ModelInput input,
        CompletableFuture<ModelOutput> answer,
        CompletableFuture<Boolean> leads) {

    static Request of(String adapter, ModelInput input) {
        return new Request(adapter, input, new CompletableFuture<>(), new CompletableFuture<>());
    }

    int rows() {
        return Math.toIntExact(input.rows());
    }
}
