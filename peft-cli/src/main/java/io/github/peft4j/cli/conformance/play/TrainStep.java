package io.github.peft4j.cli.conformance.play;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonObject;
import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.cli.conformance.compare.Comparison;
import io.github.peft4j.cli.conformance.compare.ExpectedFile;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.task.train.optim.AdamW;
import java.util.LinkedHashMap;
import java.util.Map;

/** The step {@code train}: all active adapters together, with SGD or AdamW. */
final class TrainStep {

    private TrainStep() {}

    /** What a training gave: copies, which later steps do not change. */
    record Trained(NDArray losses, Map<String, NDArray> gradients, Map<String, NDArray> tensors) {

        /** Every tensor that Python trains must be trained here, and no other. */
        void compare(String start, Comparison comparison, ExpectedFile expected)
                throws CaseFailure {
            Map<String, NDArray> theirs = expected.startingWith(start);
            Map<String, NDArray> ours = new LinkedHashMap<>();
            ours.put("losses", losses);
            gradients.forEach((key, array) -> ours.put("grad." + key, array));
            tensors.forEach((key, array) -> ours.put("param." + key, array));
            comparison.equal("trained tensors", ours.keySet(), theirs.keySet());
            for (Map.Entry<String, NDArray> entry : ours.entrySet()) {
                NDArray their = theirs.get(entry.getKey());
                if (their != null) { // its absence is a failure already
                    comparison.compare(start + entry.getKey(), entry.getValue(), their);
                }
            }
        }
    }

    static Trained play(PeftModel model, ModelInput input, JsonObject args) {
        Map<String, Parameter> trained = model.trainableTensors();
        int steps = args.get("steps").getAsInt();
        double lr = args.get("lr").getAsDouble();
        boolean adaptive = args.get("optimizer").getAsString().equals("adamw");
        float[] losses = new float[steps];
        NDManager manager = input.manager();
        ImmutableMap.Builder<String, NDArray> gradients = ImmutableMap.builder();
        try (AdamW adamw =
                AdamW.builder()
                        .addGroup(trained, args.get("weight_decay").getAsDouble())
                        .optEpsilon(1e-8)
                        .build()) {
            for (int i = 0; i < steps; i++) {
                losses[i] = TrainingChecks.loss(model, input, true, TrainingChecks::backward);
                try (Gradients off = Gradients.off()) {
                    if (i == 0) {
                        trained.forEach(
                                (key, p) ->
                                        gradients.put(
                                                key, kept(p.getArray().getGradient(), manager)));
                    }
                    if (adaptive) {
                        adamw.step(lr);
                    } else {
                        TrainingChecks.sgd(model, lr);
                    }
                    trained.values().forEach(p -> Gradients.zero(p.getArray()));
                }
            }
        }
        ImmutableMap.Builder<String, NDArray> tensors = ImmutableMap.builder();
        trained.forEach(
                (key, p) -> tensors.put(key, kept(TensorOps.detached(p.getArray()), manager)));
        return new Trained(
                manager.create(losses), gradients.buildOrThrow(), tensors.buildOrThrow());
    }

    private static NDArray kept(NDArray array, NDManager manager) {
        try (array) {
            return manager.create(array.toFloatArray(), array.getShape());
        }
    }
}
