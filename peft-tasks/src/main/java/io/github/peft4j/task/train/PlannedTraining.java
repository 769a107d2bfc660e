package io.github.peft4j.task.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PenalizedLoss;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.train.config.PlanCheck;
import io.github.peft4j.task.train.internal.TrainingStop;
import io.github.peft4j.task.train.plan.MachineMemory;
import io.github.peft4j.task.train.plan.TrainingMeter;
import io.github.peft4j.task.train.plan.TrainingPlan;
import io.github.peft4j.task.train.report.TrainerListener;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A training that is planned before its first step, if the arguments say so. */
final class PlannedTraining implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(PlannedTraining.class);

    private final TrainingSetup setup;
    private final @Nullable TrainingMeter meter;

    private PlannedTraining(TrainingSetup setup, @Nullable TrainingMeter meter) {
        this.setup = setup;
        this.meter = meter;
    }

    /**
     * Plans, and checks the plan.
     *
     * @throws IllegalStateException if the training does not fit the machine and is to be refused
     */
    static PlannedTraining of(
            PeftModel model,
            TrainingSetup setup,
            ImmutableMap<String, Parameter> trained,
            BatchLoader train,
            MachineMemory machine,
            TrainingStop stop) {
        PlanCheck check = setup.arguments().plan();
        if (stop.isAsked() || check == PlanCheck.OFF) {
            return new PlannedTraining(setup, null);
        }
        TrainingPlan plan;
        try {
            plan = plan(model, setup, trained, train, machine);
        } catch (RuntimeException e) {
            if (stop.explains(e)) {
                return new PlannedTraining(setup, null); // the training does not begin either
            }
            throw e;
        }
        logger.info("Plan of the training: {}", plan);
        if (check == PlanCheck.REFUSE) {
            plan.require(machine);
        }
        Optional<String> misfit = plan.misfit(machine);
        misfit.ifPresent(logger::warn);
        if (!plan.memory().isMeasured()) {
            logger.warn("Whether the training fits the memory is not known on this system.");
        }
        TrainingMeter meter = new TrainingMeter(plan);
        return new PlannedTraining(setup.with(meter), meter);
    }

    /** A plan with the loss of the training. */
    static TrainingPlan plan(
            PeftModel model,
            TrainingSetup setup,
            ImmutableMap<String, Parameter> trained,
            BatchLoader train,
            MachineMemory machine) {
        boolean scores = setup.listeners().stream().anyMatch(TrainerListener::readsLogits);
        return TrainingPlan.of(
                model,
                trained,
                setup.arguments(),
                train,
                (batch, scope) -> loss(model, setup.objective(), scores, batch, scope),
                machine);
    }

    private static NDArray loss(
            PeftModel model,
            Objective objective,
            boolean scores,
            TokenBatch batch,
            NDManager scope) {
        NDArray loss =
                objective
                        .of(
                                input -> {
                                    ModelInput call =
                                            scores ? input.withLogits(LogitsToKeep.ALL) : input;
                                    return model.forward(call, model.newStore(), true);
                                },
                                batch,
                                scope)
                        .loss();
        return PenalizedLoss.withTermsOfTraining(model, loss);
    }

    /** The setup, with a listener that measures if there is a plan. */
    TrainingSetup setup() {
        return setup;
    }

    /** Says how the plan compares with what was measured. */
    void report() {
        if (meter != null) {
            logger.info("The training beside its plan: {}", meter.report());
        }
    }

    @Override
    public void close() {
        if (meter != null) {
            meter.close();
        }
    }
}
