package io.github.peft4j;

import ai.djl.training.Trainer;
import ai.djl.training.listener.TrainingListenerAdapter;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.StepAware;

/**
 * Lets adapters act around the optimizer's steps under {@code EasyTrain}: AdaLoRA takes ranks away
 * there. To be added to the {@code TrainingConfig}; {@code PeftTrainer} needs no such thing.
 *
 * <p>DJL tells when gradients are complete, but not when its optimizer has acted. What follows the
 * step is done before the next pass, and at the end of an epoch.
 */
public final class AdapterStepListener extends TrainingListenerAdapter {

    private final PeftModel model;
    private long step;

    /** For a training from its first step. */
    public AdapterStepListener(PeftModel model) {
        this(model, 0);
    }

    /**
     * For a training that goes on.
     *
     * @param steps steps that were made before
     */
    public AdapterStepListener(PeftModel model, long steps) {
        this.model = model;
        step = steps;
    }

    @Override
    public void onTrainingBatch(Trainer trainer, BatchData batchData) {
        ImmutableSet.Builder<StepAware> adapters = ImmutableSet.builder();
        for (String name : model.activeAdapters()) {
            adapters.addAll(model.adapter(name).stepAware());
        }
        model.registry().steps().begin(step++, adapters.build());
    }

    @Override
    public void onEpoch(Trainer trainer) {
        model.registry().steps().end();
    }

    @Override
    public void onTrainingEnd(Trainer trainer) {
        model.registry().steps().end();
    }
}
