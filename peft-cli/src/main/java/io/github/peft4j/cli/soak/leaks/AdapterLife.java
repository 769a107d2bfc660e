package io.github.peft4j.cli.soak.leaks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.TensorOps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;

/** All that happens to an adapter of one method, from its start to its end. */
final class AdapterLife {

    private static final int STEPS = 2;

    private final SmallBase base;
    private final PeftConfig config;
    private final Path folder;
    private boolean merges = true;

    /** A life over a base, with files in a folder. */
    AdapterLife(SmallBase base, PeftConfig config, Path folder) {
        this.base = base;
        this.config = config;
        this.folder = folder;
    }

    /** Makes, trains, saves, loads, copies, merges, predicts with and deletes adapters. */
    void live() throws IOException {
        try (PeftModel model = PeftModels.getPeftModel(base, config)) {
            for (int step = 0; step < STEPS; step++) {
                step(model);
            }
            model.savePretrained(folder);
            model.loadAdapter(folder, "loaded");
            model.loadAdapter(folder, "loaded");
            model.copyAdapter("loaded", "copy");
            model.setAdapter("copy");
            predict(model);
            merge(model);
            model.deleteAdapter("copy");
            model.deleteAdapter("loaded");
            predict(model);
        }
        PeftModels.fromPretrained(base, folder).close();
    }

    private void merge(PeftModel model) {
        if (!merges) {
            return;
        }
        try {
            model.mergeAdapter();
        } catch (UnsupportedFeatureException e) {
            merges = false; // a method without a form as a weight
            return;
        }
        predict(model);
        model.unmergeAdapter();
        try (MergedModel merged = model.mergeAndUnload();
                NDManager scope = Engines.newManager()) {
            merged.forward(input(scope));
        }
    }

    private static ModelInput input(NDManager scope) {
        long[] ids = LongStream.range(0, SmallBase.ROWS).toArray();
        NDArray rows = scope.create(ids, new Shape(4, ids.length / 4));
        return ModelInput.of(ImmutableMap.of("x", rows));
    }

    private static void predict(PeftModel model) {
        try (NDManager scope = Engines.newManager()) {
            model.forward(input(scope)).logits().toFloatArray();
        }
    }

    private static void step(PeftModel model) {
        try (NDManager scope = Engines.newManager();
                Gradients on = Gradients.on()) {
            NDArray output = model.forward(input(scope), model.newStore(), true).logits();
            NDArray target = scope.full(output.getShape(), 0.25f);
            Gradients.backward(Ops.meanSquaredError(output, target));
        }
        try (Gradients off = Gradients.off()) {
            for (Parameter parameter : model.trainableTensors().values()) {
                try (NDArray gradient = parameter.getArray().getGradient()) {
                    TensorOps.sgd(parameter.getArray(), gradient, 0.1);
                }
                Gradients.zero(parameter.getArray());
            }
        }
    }
}
