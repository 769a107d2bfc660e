package io.github.peft4j.cli.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.train.optim.AdamW;
import io.github.peft4j.task.train.optim.GradientClipping;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The steps of a train workload: loss, backward, clipping, AdamW. */
final class TrainSteps implements AutoCloseable {

    private final PeftModel model;
    private final BatchSet batches;
    private final Map<String, Parameter> trained;
    private final Set<StepAware> aware;
    private final double rate;
    private final double maxNorm;
    private final AdamW optimizer;
    private final NDManager root = Engines.newManager();

    TrainSteps(Workload workload, PeftModel model, BatchSet batches) {
        this.model = model;
        this.batches = batches;
        trained = model.trainableTensors();
        aware = model.adapter(PeftModel.DEFAULT_ADAPTER).stepAware();
        JsonObject options = workload.optimizer();
        rate = options.get("lr").getAsDouble();
        maxNorm = workload.number("max_grad_norm");
        optimizer = optimizer(trained, options);
    }

    private static AdamW optimizer(Map<String, Parameter> trained, JsonObject options) {
        JsonArray betas = options.getAsJsonArray("betas");
        return AdamW.builder()
                .addGroup(trained, options.get("weight_decay").getAsDouble())
                .optBeta1(betas.get(0).getAsDouble())
                .optBeta2(betas.get(1).getAsDouble())
                .optEpsilon(options.get("eps").getAsDouble())
                .build();
    }

    /**
     * Runs a step.
     *
     * @param known takes up what frozen layers have computed before
     * @param told hears the loss before anything is learned from it
     */
    void run(int step, UnaryOperator<ModelInput> known, Consumer<Float> told) {
        try (NDManager scope = root.newSubManager();
                Gradients on = Gradients.on()) {
            ModelInput input = batches.input(step, scope, true).withLogits(LogitsToKeep.NONE);
            NDArray loss = model.forward(known.apply(input), model.newStore(), true).loss();
            told.accept(loss.getFloat());
            Gradients.backward(loss);
        }
        GradientClipping.clip(trained.values(), maxNorm);
        for (StepAware adapter : aware) {
            adapter.beforeStep(step);
        }
        optimizer.step(rate);
        for (StepAware adapter : aware) {
            adapter.afterStep(step);
        }
        trained.values().forEach(p -> Gradients.zero(p.getArray()));
    }

    @Override
    public void close() {
        optimizer.close();
        root.close();
    }
}
