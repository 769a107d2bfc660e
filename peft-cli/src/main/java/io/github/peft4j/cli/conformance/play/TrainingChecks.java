package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableSet;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.task.train.optim.AdamW;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Gradients of an adapter, and the losses and tensors of SGD and AdamW steps.
 *
 * @param encodes whether an encoder makes the file's tensors. Python's were read after it had made
 *     them once more, and that of CPT changes its own tensor
 */
public record TrainingChecks(
        JsonObject description, ExpectedFile expected, Comparison comparison, boolean encodes) {

    /** Loads the adapter anew. */
    @FunctionalInterface
    public interface Loader {
        PeftModel load() throws IOException;
    }

    /** One optimizer step over tensors that hold gradients. */
    @FunctionalInterface
    private interface Step {
        void run();
    }

    public void run(Loader loader, ModelInput input) throws Exception {
        if (!expected.startingWith("grad.").isEmpty()) {
            try (PeftModel model = loader.load()) {
                backward(model, input);
                compareGroup("grad.", model, true);
            }
        }
        if (expected.tensors().containsKey("sgd.losses")) {
            double lr = description.get("sgd_lr").getAsDouble();
            try (PeftModel model = loader.load()) {
                train("sgd.", model, input, () -> sgd(model, lr));
            }
        }
        if (expected.tensors().containsKey("adamw.losses")) {
            double lr = description.get("adamw_lr").getAsDouble();
            try (PeftModel model = loader.load();
                    AdamW optimizer =
                            AdamW.builder()
                                    .addGroup(model.trainableTensors(), 0.01)
                                    .optEpsilon(1e-8)
                                    .build()) {
                train("adamw.", model, input, () -> optimizer.step(lr));
            }
        }
    }

    private void train(String start, PeftModel model, ModelInput input, Step step)
            throws CaseFailure {
        int steps = description.get("steps").getAsInt();
        Set<StepAware> aware =
                description.has("allocate")
                        ? model.adapter(PeftModel.DEFAULT_ADAPTER).stepAware()
                        : ImmutableSet.of();
        float[] losses = new float[steps];
        for (int i = 0; i < steps; i++) {
            losses[i] = backward(model, input);
            try (Gradients off = Gradients.off()) {
                for (StepAware adapter : aware) {
                    adapter.beforeStep(i);
                }
                step.run();
                for (StepAware adapter : aware) {
                    adapter.afterStep(i);
                }
                model.trainableTensors().values().forEach(p -> Gradients.zero(p.getArray()));
            }
        }
        try (NDManager manager = Engines.newManager()) {
            NDArray theirs = expected.tensors().get(start + "losses");
            if (theirs == null) {
                throw new CaseFailure(start + "losses missing");
            }
            comparison.compare(start + "losses", manager.create(losses), theirs);
        }
        if (encodes) {
            loss(model, input, NDArray::getFloat);
        }
        compareGroup(start + "param.", model, false);
    }

    private float backward(PeftModel model, ModelInput input) {
        return loss(model, input, TrainingChecks::backward);
    }

    static float backward(NDArray loss) {
        Gradients.backward(loss);
        return loss.getFloat();
    }

    private float loss(PeftModel model, ModelInput input, Function<NDArray, Float> use) {
        JsonElement mode = description.get("train_mode");
        return loss(model, input, mode == null || mode.getAsBoolean(), use);
    }

    /** The loss of a pass that records its graph, while the graph is there. */
    static float loss(
            PeftModel model, ModelInput input, boolean training, Function<NDArray, Float> use) {
        NDManager outer = input.manager();
        try (NDManager scope = outer.newSubManager();
                Gradients on = Gradients.on()) {
            ModelInput copy = input;
            for (Map.Entry<String, NDArray> entry : input.arrays().entrySet()) {
                NDArray array = TensorOps.detached(entry.getValue());
                array.attach(scope);
                copy = copy.with(entry.getKey(), array);
            }
            return use.apply(model.forward(copy, model.newStore(), training).loss());
        }
    }

    static void sgd(PeftModel model, double lr) {
        for (Parameter parameter : model.trainableTensors().values()) {
            try (NDArray gradient = parameter.getArray().getGradient()) {
                TensorOps.sgd(parameter.getArray(), gradient, lr);
            }
        }
    }

    private void compareGroup(String start, PeftModel model, boolean gradients) throws CaseFailure {
        Map<String, NDArray> group = expected.startingWith(start);
        double largest = 0;
        for (NDArray array : group.values()) {
            largest = Math.max(largest, Comparison.norm(Comparison.numbers(array)));
        }
        for (Map.Entry<String, NDArray> entry : group.entrySet()) {
            String name = start + entry.getKey();
            String key = ExpectedFile.trainedKey(entry.getKey());
            Parameter parameter = model.trainableTensors().get(key);
            if (parameter == null) {
                throw new CaseFailure(name + ": no such trained tensor");
            }
            NDArray ours = gradients ? parameter.getArray().getGradient() : parameter.getArray();
            try {
                if (comparison.isNearZero(name)) {
                    comparison.compareNearZero(name, ours, entry.getValue(), largest);
                } else if (!comparison.isUnstable(name)) {
                    comparison.compare(name, ours, entry.getValue());
                }
            } finally {
                if (gradients) {
                    ours.close();
                }
            }
        }
    }
}
