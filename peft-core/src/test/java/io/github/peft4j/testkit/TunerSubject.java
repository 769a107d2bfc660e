package io.github.peft4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import io.github.peft4j.MergedModel;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.report.EffectCheck;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.store.Effect;
import io.github.peft4j.store.LoadAdapterOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

/** A base with two adapters of which the first is active. */
final class TunerSubject implements AutoCloseable {

    static final String FIRST = PeftModel.DEFAULT_ADAPTER;
    static final String SECOND = "second";

    private final ToyModel toy;
    private final PeftModel model;

    TunerSubject(ToyModel toy, PeftConfig config, PeftConfig second) {
        this.toy = toy;
        model = PeftModels.getPeftModel(toy.base().block(), config);
        model.addAdapter(SECOND, second);
    }

    ToyModel toy() {
        return toy;
    }

    PeftModel model() {
        return model;
    }

    /** Whether every part of the method has this form. */
    boolean is(Class<? extends Adapter> form) {
        AdapterSet set = model.adapter(FIRST);
        return set.modelAdapter().isEmpty()
                && Iterables.all(set.layers().values(), form::isInstance);
    }

    /** The first adapter, at half of its strength where it can be scaled. */
    Activation active() {
        Activation all = Activation.of(FIRST);
        boolean scalable =
                Iterables.all(model.adapter(FIRST).layers().values(), Adapter::isScalable);
        return scalable ? all.scale(FIRST, 0.5) : all;
    }

    NDArray output(NDManager scope, Activation activation) {
        return model.forward(toy.input(scope), activation).logits();
    }

    /** What the base computes on its own. */
    NDArray bare(NDManager scope) {
        try (Gradients off = Gradients.off()) {
            return toy.base().forward(toy.input(scope), AdapterPass.bare(scope, false)).logits();
        }
    }

    byte[] serial(String name) {
        try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
            return Tensors.bytes(output(scope, Activation.of(name)));
        }
    }

    /** Whether fifty more passes give the same bytes. */
    boolean repeats(String name, byte[] bytes) {
        return IntStream.range(0, 50).allMatch(i -> Arrays.equals(serial(name), bytes));
    }

    double distance(Activation left, Activation right) {
        try (NDManager scope = NDManager.newBaseManager("PyTorch")) {
            return Tensors.relativeError(output(scope, left), output(scope, right));
        }
    }

    /** What its tensors tell, or its weights, before it is trained and after. */
    void tellsItsEffect(boolean startsAsIdentity, BiConsumer<AdapterSet, NDManager> train) {
        AdapterSet set = model.adapter(FIRST);
        EffectCheck check = new EffectCheck(toy.base(), set);
        boolean aroundModel = set.modelAdapter().isPresent();
        Effect start = startsAsIdentity ? Effect.AT_START : Effect.ACTS;

        assertThat(check.now()).as("start").isEqualTo(aroundModel ? Effect.NOT_ASKED : start);
        try (NDManager scratch = NDManager.newBaseManager("PyTorch")) {
            train.accept(set, scratch);
        }
        assertThat(check.now())
                .as("trained")
                .isEqualTo(aroundModel ? Effect.NOT_ASKED : Effect.ACTS);
    }

    ImmutableMap<String, byte[]> bytes(String name) {
        ImmutableMap.Builder<String, byte[]> bytes = ImmutableMap.builder();
        model.adapter(name)
                .tensors()
                .forEach((key, p) -> bytes.put(key, Tensors.bytes(p.getArray())));
        return bytes.buildOrThrow();
    }

    void backward() {
        try (NDManager scope = NDManager.newBaseManager("PyTorch");
                Gradients on = Gradients.on()) {
            NDArray output = model.forward(toy.input(scope), model.newStore(), true).logits();
            Gradients.backward(ToyModel.loss(output));
        }
    }

    void trainSteps(int steps) {
        for (int i = 0; i < steps; i++) {
            backward();
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

    /**
     * Loads, trains, predicts, merges, copies, saves and deletes; what a model does in its life.
     */
    void live(Path saved) throws IOException {
        // Where two may not train side by side, the second does not.
        boolean trains = !model.peftConfig().get(SECOND).inferenceMode();
        model.loadAdapter(
                saved, "third", LoadAdapterOptions.builder().optTrainable(trains).build());
        model.setAdapter(trains ? "third" : FIRST);
        trainSteps(1);
        model.setAdapter("third");
        serial("third");
        model.loadAdapter(saved, "third");
        model.copyAdapter("third", "fourth");
        if (is(WeightAdapter.class)) {
            model.mergeAdapter();
            serial("third");
            model.unmergeAdapter();
            model.mergeAdapter();
            model.setAdapter("fourth");
            try (MergedModel merged = model.mergeAndUnload();
                    PeftModel above =
                            PeftModels.getPeftModel(merged, model.peftConfig().get(FIRST));
                    NDManager scope = NDManager.newBaseManager("PyTorch")) {
                above.forward(toy.input(scope));
            }
            model.unload().close();
        }
        try (var off = model.disableAdapter()) {
            serial("third");
        }
        model.savePretrained(saved);
        model.deleteAdapter("fourth");
        model.deleteAdapter("third");
        model.setAdapter(FIRST);
        try (PeftModel other = PeftModels.fromPretrained(toy.base().block(), saved)) {
            other.addAdapter("more", model.peftConfig().get(FIRST));
        }
    }

    @Override
    public void close() {
        model.close();
        toy.close();
    }

    /** The norm of a tensor's gradient. */
    static double gradientNorm(Parameter parameter) {
        try (NDArray gradient = parameter.getArray().getGradient();
                NDManager scope = NDManager.newBaseManager("PyTorch")) {
            return TensorOps.norm(scope, gradient).getFloat();
        }
    }
}
