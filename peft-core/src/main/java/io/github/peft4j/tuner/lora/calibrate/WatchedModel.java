package io.github.peft4j.tuner.lora.calibrate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseLayer;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.engine.Interruption;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.FrozenBase;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.tuner.LinearShape;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * A base whose layers are watched while batches run through it.
 *
 * @param base the model
 * @param sites the layers that will be adapted and whose activations can be seen
 * @param others paths of the adapted layers that data say nothing of: embeddings, convolutions
 * @param batches may be gone through any number of times
 * @param maxBytes how much may be gathered at a time
 * @param listener is told how far it is
 */
record WatchedModel(
        BaseModel base,
        ImmutableList<LayerSite> sites,
        ImmutableList<String> others,
        Iterable<ModelInput> batches,
        long maxBytes,
        CalibrationListener listener) {

    private static final String NAME = "calibration";

    /** Sees a layer's input and may change its output. */
    @FunctionalInterface
    interface Watcher {
        /**
         * The layer's output.
         *
         * @param scope what must stay until the batch is done goes here
         */
        NDArray see(NDArray x, BaseLayer layer, NDManager scope);
    }

    /** What to do with the output of a batch, before its arrays are freed. */
    @FunctionalInterface
    interface After {
        void run(ModelOutput output);
    }

    /**
     * Runs a batch without gradients while watchers look at layers. Hidden states are asked for, so
     * that no model leaves out tokens which its head does not read.
     */
    void look(ModelInput batch, Map<String, Watcher> watchers) {
        try (Gradients off = Gradients.off()) {
            run(batch.withOutputHiddenStates(true), false, watchers, output -> {});
        }
    }

    /** Runs a batch as a training does, while watchers look at layers. */
    void train(ModelInput batch, Map<String, Watcher> watchers, After after) {
        try (Gradients on = Gradients.on()) {
            run(batch, true, watchers, after);
        }
    }

    private void run(
            ModelInput batch, boolean training, Map<String, Watcher> watchers, After after) {
        Interruption.check("The calibration");
        try (NDManager scope = batch.manager().newSubManager();
                FrozenBase frozen = new FrozenBase(base.parameters().values());
                AdapterSet set = set(watchers)) {
            ModelInput copy = batch;
            for (Map.Entry<String, NDArray> array : batch.arrays().entrySet()) {
                NDArray own = TensorOps.detached(array.getValue());
                own.attach(scope);
                copy = copy.with(array.getKey(), own);
            }
            ActiveAdapters active =
                    ActiveAdapters.of(
                            base, frozen, ImmutableMap.of(NAME, set), Activation.of(NAME));
            ParameterStore store = new ParameterStore(scope, false);
            after.run(base.forward(copy, new AdapterPass(store, scope, training, active)));
        }
    }

    /** Padding must stay: which rows count is told by the mask. */
    private AdapterSet set(Map<String, Watcher> watchers) {
        AdapterSetBuilder set =
                AdapterSet.builder(Engines.newManager(base.device())).optAllowsPacking(false);
        watchers.forEach((path, watcher) -> set.addLayer("", path, new Looking(watcher)));
        return set.build();
    }

    /** Layers in groups, for each of which as much may be gathered as there is room. */
    ImmutableList<ImmutableList<LayerSite>> groups(
            Collection<LayerSite> layers, BiFunction<Long, Long, Long> numbers) {
        ImmutableList.Builder<ImmutableList<LayerSite>> groups = ImmutableList.builder();
        ImmutableList.Builder<LayerSite> group = ImmutableList.builder();
        long bytes = 0;
        int size = 0;
        for (LayerSite site : layers) {
            LinearShape shape = LinearShape.of(site);
            long own = Float.BYTES * numbers.apply(shape.out(), shape.in());
            if (size > 0 && bytes + own > maxBytes) {
                groups.add(group.build());
                group = ImmutableList.builder();
                bytes = 0;
                size = 0;
            }
            group.add(site);
            bytes += own;
            size++;
        }
        return groups.add(group.build()).build();
    }

    private record Looking(Watcher watcher) implements LayerAdapter {

        @Override
        public NDArray forward(NDArray x, BaseLayer layer, AdapterPass pass) {
            return watcher.see(x, layer, pass.scope());
        }

        @Override
        public Map<String, Parameter> parameters() {
            return ImmutableMap.of();
        }
    }
}
