package io.github.peft4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.model.ModelOutput;
import java.util.function.Predicate;

/**
 * A DJL loss with the terms that adapters add to it, such as AdaLoRA's, which keeps singular
 * vectors orthogonal. A loss that the model itself computes from labels has them already.
 */
public final class PenalizedLoss extends Loss {

    private final PeftModel model;
    private final Loss loss;

    /** The loss with the terms of the model's active adapters. */
    public PenalizedLoss(PeftModel model, Loss loss) {
        super(loss.getName());
        this.model = model;
        this.loss = loss;
    }

    @Override
    public NDArray evaluate(NDList labels, NDList predictions) {
        NDArray plain = loss.evaluate(labels, predictions);
        return penalize(model, plain, all -> true);
    }

    /**
     * A loss that a model has computed from labels with the terms that it leaves to its training,
     * such as KaSA's.
     */
    public static NDArray withTermsOfTraining(PeftModel model, NDArray loss) {
        return penalize(model, loss, term -> !term.isOfModel());
    }

    private static NDArray penalize(PeftModel model, NDArray loss, Predicate<Penalized> which) {
        ActiveAdapters active = model.registry().active();
        AdapterPass pass = new AdapterPass(model.newStore(), loss.getManager(), true, active);
        ModelOutput output = ModelOutput.of(ImmutableMap.of(ModelOutput.LOSS, loss));
        return active.penalize(output, pass, which).loss();
    }
}
