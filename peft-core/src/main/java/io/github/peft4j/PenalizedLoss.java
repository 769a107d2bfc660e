package io.github.peft4j;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.training.loss.Loss;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.model.ModelOutput;

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
        AdapterPass pass =
                new AdapterPass(
                        model.newStore(), plain.getManager(), true, model.registry().active());
        ModelOutput output = ModelOutput.of(ImmutableMap.of(ModelOutput.LOSS, plain));
        return model.registry().active().penalize(output, pass).loss();
    }
}
