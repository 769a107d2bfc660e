package io.github.peft4j.task.route;

import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.util.concurrent.CompletableFuture;

/**
 * A call that waits for its turn.
 *
 * @param adapter who answers, or the name of the base
 * @param answer what it is given
 * @param leads completed with true when its thread is to run the next batch, with false as soon as
 *     it is answered
 */
record Request(
        String adapter,
        ModelInput input,
        CompletableFuture<ModelOutput> answer,
        CompletableFuture<Boolean> leads) {

    static Request of(String adapter, ModelInput input) {
        return new Request(adapter, input, new CompletableFuture<>(), new CompletableFuture<>());
    }

    /** Answers it, unless it is answered; its thread need not wait for the rest of its batch. */
    void succeed(ModelOutput output) {
        answer.complete(output);
        leads.complete(false);
    }

    /** The same with a failure. */
    void fail(Throwable reason) {
        answer.completeExceptionally(reason);
        leads.complete(false);
    }

    /** An adapter for this request alone. */
    Activation activation() {
        return adapter.equals(RowActivation.BASE) ? Activation.none() : Activation.of(adapter);
    }

    int rows() {
        return Math.toIntExact(input.rows());
    }
}
