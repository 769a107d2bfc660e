package io.github.peft4j.task.train.plan;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.optim.AdamW;
import io.github.peft4j.task.train.optim.GradientClipping;
import java.util.Collection;
import java.util.Map;

/**
 * Steps that teach nothing: forward and backward of a batch on the model, then the optimizer on
 * stand-ins of the trained tensors, so that no tensor of the model is written but gradients, which
 * are zero afterwards.
 */
final class ProbeSteps implements AutoCloseable {

    private final PeftModel model;
    private final ImmutableMap<String, Parameter> trained;
    private final ProbeLoss loss;
    private final double maxNorm;
    private final NDManager manager = Engines.newManager();
    private final ImmutableMap<String, Parameter> standIns;
    private final AdamW optimizer;

    ProbeSteps(
            PeftModel model,
            Map<String, Parameter> trained,
            TrainingArguments arguments,
            ProbeLoss loss) {
        this.model = model;
        this.trained = ImmutableMap.copyOf(trained);
        this.loss = loss;
        maxNorm = arguments.maxGradNorm() > 0 ? arguments.maxGradNorm() : Double.POSITIVE_INFINITY;
        manager.setName("training plan");
        standIns = standIns(manager, trained);
        optimizer = AdamW.builder().addGroup(standIns, arguments.weightDecay()).build();
    }

    private static ImmutableMap<String, Parameter> standIns(
            NDManager manager, Map<String, Parameter> trained) {
        ImmutableMap.Builder<String, Parameter> all = ImmutableMap.builder();
        trained.forEach(
                (name, parameter) -> {
                    NDArray like = parameter.getArray();
                    NDArray array =
                            manager.ones(like.getShape(), like.getDataType(), like.getDevice());
                    array.setRequiresGradient(true);
                    Parameter standIn =
                            Parameter.builder().setName(name).setType(Parameter.Type.OTHER).build();
                    standIn.setArray(array);
                    all.put(name, standIn);
                });
        try (Gradients on = Gradients.on();
                NDManager scope = manager.newSubManager()) {
            // a gradient exists once there was a backward pass
            for (Parameter standIn : all.buildOrThrow().values()) {
                NDArray sum = standIn.getArray().sum();
                sum.attach(scope);
                Gradients.backward(sum);
            }
        }
        return all.buildOrThrow();
    }

    /** The bytes of these parameters; one that is there twice counts once. */
    static long bytes(Collection<Parameter> parameters) {
        return parameters.stream()
                .distinct()
                .map(Parameter::getArray)
                .mapToLong(array -> array.getShape().size() * array.getDataType().getNumOfBytes())
                .sum();
    }

    /** Bytes of the stand-ins and their gradients, which a training does not have. */
    long ownBytes() {
        return 2 * bytes(standIns.values());
    }

    /**
     * Forward and backward pass of a batch.
     *
     * @return seconds
     */
    double batch(TokenBatch batch) {
        long start = System.nanoTime();
        try (NDManager scope = manager.newSubManager()) {
            model.reading(
                    () -> {
                        try (Gradients on = Gradients.on()) {
                            NDArray value = loss.of(batch, scope);
                            Gradients.backward(value);
                            return value.getFloat();
                        }
                    });
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /**
     * Clips the gradients and runs the optimizer.
     *
     * @return seconds
     */
    double update() {
        long start = System.nanoTime();
        try (Gradients off = Gradients.off()) {
            GradientClipping.clip(trained.values(), maxNorm);
            optimizer.step(1e-3);
        }
        zeroGradients();
        return (System.nanoTime() - start) / 1e9;
    }

    void zeroGradients() {
        trained.values().forEach(parameter -> Gradients.zero(parameter.getArray()));
    }

    @Override
    public void close() {
        zeroGradients();
        optimizer.close();
        manager.close();
    }
}
