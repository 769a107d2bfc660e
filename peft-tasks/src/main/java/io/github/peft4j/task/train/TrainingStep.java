package io.github.peft4j.task.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PenalizedLoss;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.frozen.FrozenLayerCache;
import io.github.peft4j.task.train.optim.AdamW;
import io.github.peft4j.task.train.optim.GradientClipping;
import io.github.peft4j.task.train.optim.ParameterGrouping;
import io.github.peft4j.task.train.report.BatchReport;
import io.github.peft4j.task.train.report.TrainerListener;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One optimizer step: forward and backward of its batches, clipping, adapters that act around the
 * step, the optimizer, and gradients back to zero.
 *
 * <p>Each batch computes in a manager of its own, closed after its backward pass, so memory is that
 * of one batch however many are accumulated.
 */
final class TrainingStep {

    private static final Logger logger = LoggerFactory.getLogger(TrainingStep.class);

    private final PeftModel model;
    private final TrainingArguments arguments;
    private final ImmutableList<Parameter> parameters;
    private final AdamW optimizer;
    private final ParameterGrouping grouping;
    private final ImmutableList<StepAware> stepAware;
    private final LossWeights weights;
    private final ImmutableList<TrainerListener> listeners;
    private final Objective objective;
    private final @Nullable FrozenLayerCache cache;
    private final ParameterStore store;

    TrainingStep(
            PeftModel model,
            TrainingArguments arguments,
            ImmutableList<Parameter> parameters,
            AdamW optimizer,
            ParameterGrouping grouping,
            ImmutableList<StepAware> stepAware,
            LossWeights weights,
            ImmutableList<TrainerListener> listeners,
            Objective objective,
            @Nullable FrozenLayerCache cache) {
        this.model = model;
        this.arguments = arguments;
        this.parameters = parameters;
        this.optimizer = optimizer;
        this.grouping = grouping;
        this.stepAware = stepAware;
        this.weights = weights;
        this.listeners = listeners;
        this.objective = objective;
        this.cache = cache;
        store = model.newStore();
    }

    /** Loss and gradient norm of a step that was made. */
    record Outcome(double loss, double gradientNorm) {}

    /**
     * Makes a step.
     *
     * @param step number of the step, from 0
     * @throws ArithmeticException if loss or gradients are not finite; the optimizer has not acted
     */
    Outcome run(NDManager manager, long step, List<TokenBatch> batches, double learningRate) {
        StepSeed.set(arguments.seed(), step);
        double[] shares = weights.of(batches);
        if (Arrays.stream(shares).sum() == 0) {
            return new Outcome(0, 0); // nothing to learn from: no update
        }
        try (NDManager scope = manager.newSubManager()) {
            double loss = gradients(scope, step, batches, shares);
            requireFinite("loss", loss, step);
            return new Outcome(
                    loss,
                    model.writing(
                            () -> {
                                requireParameters();
                                return update(step, learningRate);
                            }));
        } finally {
            zeroGradients();
        }
    }

    private void requireParameters() {
        if (parameters.stream().anyMatch(parameter -> parameter.getArray().isReleased())) {
            throw new IllegalStateException(
                    "An adapter was deleted, or its model closed, while it was trained. Delete it"
                            + " when the training has ended.");
        }
    }

    private double gradients(
            NDManager scope, long step, List<TokenBatch> batches, double[] shares) {
        double loss = 0;
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] > 0) {
                loss += shares[i] * backward(scope, step, batches.get(i), shares[i]);
            }
        }
        return loss;
    }

    private double backward(NDManager step, long number, TokenBatch batch, double share) {
        try (NDManager scope = step.newSubManager()) {
            ModelOutput output = model.reading(() -> backward(scope, batch, share));
            // No pass is open here: a listener may wait for a thread that waits for passes.
            try (Gradients off = Gradients.off()) {
                BatchReport report = new BatchReport(number, batch, output);
                listeners.forEach(listener -> listener.onBatch(report));
                return output.loss().getFloat();
            }
        }
    }

    private ModelOutput backward(NDManager scope, TokenBatch batch, double share) {
        requireParameters();
        try (Gradients on = Gradients.on()) {
            ModelOutput output = objective.of(this::forward, batch, scope);
            NDArray loss = PenalizedLoss.withTermsOfTraining(model, output.loss());
            Gradients.backward(share == 1 ? loss : Ops.scale(loss, share));
            return output.with(ModelOutput.LOSS, loss);
        }
    }

    private ModelOutput forward(ModelInput input) {
        boolean scores = listeners.stream().anyMatch(TrainerListener::readsLogits);
        ModelInput call = scores ? input.withLogits(LogitsToKeep.ALL) : input;
        return cache == null
                ? model.forward(call, store, true)
                : cache.call(call, known -> model.forward(known, store, true));
    }

    /**
     * Computes batches as a step does, and nothing of them is learned: what an earlier training has
     * kept of the frozen layers is there again, to the bit.
     */
    void replay(NDManager manager, Iterator<TokenBatch> batches) {
        while (batches.hasNext()) {
            TokenBatch batch = batches.next();
            if (Arrays.stream(weights.of(ImmutableList.of(batch))).sum() == 0) {
                continue; // no step has computed it
            }
            model.reading(
                    () -> {
                        try (NDManager scope = manager.newSubManager();
                                Gradients on = Gradients.on()) {
                            return objective.of(this::forward, batch, scope);
                        }
                    });
        }
    }

    private double update(long step, double learningRate) {
        try (Gradients off = Gradients.off()) {
            double bound = arguments.maxGradNorm();
            double norm =
                    GradientClipping.clip(parameters, bound > 0 ? bound : Double.POSITIVE_INFINITY);
            requireFinite("gradient norm", norm, step);
            stepAware.forEach(adapter -> adapter.beforeStep(step));
            grouping.changeGradients();
            optimizer.step(learningRate);
            stepAware.forEach(adapter -> adapter.afterStep(step));
            return norm;
        }
    }

    /** Gradients of an earlier user, or of a step that failed, must not count. */
    void zeroGradients() {
        try {
            model.reading(
                    () -> {
                        for (Parameter parameter : parameters) {
                            if (!parameter.getArray().isReleased()) {
                                Gradients.zero(parameter.getArray());
                            }
                        }
                        return parameters;
                    });
        } catch (IllegalStateException e) {
            logger.debug("The model was closed, and its gradients with it", e);
        }
    }

    private static void requireFinite(String what, double value, long step) {
        if (!Double.isFinite(value)) {
            throw new ArithmeticException(
                    ("The %s of step %d is %s. The adapter is as the step before left it. Lower the"
                                    + " learning rate, set maxGradNorm, or look for broken examples in this"
                                    + " step's batches.")
                            .formatted(what, step + 1, value));
        }
    }
}
