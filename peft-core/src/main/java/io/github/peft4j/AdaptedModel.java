package io.github.peft4j;

import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.engine.RunningPasses;
import io.github.peft4j.engine.TrainingHold;
import io.github.peft4j.internal.rows.RowAdapters;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.internal.runtime.ModelAdapters;
import io.github.peft4j.internal.runtime.ModelBackedBlock;
import io.github.peft4j.internal.store.StoredAdapter;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.util.function.Supplier;

/** Passes over a base and its adapters: the part of {@link PeftModel} that computes. */
abstract class AdaptedModel extends ModelBackedBlock implements AutoCloseable {

    private final BaseModel base;
    private final AdapterRegistry registry;
    private final NDManager manager;

    AdaptedModel(BaseModel base) {
        super(base);
        this.base = base;
        manager = Engines.newManager(base.device());
        manager.setName("peft model");
        registry = new AdapterRegistry(base, folder -> StoredAdapter.loadPart(base, folder));
    }

    final AdapterRegistry registry() {
        return registry;
    }

    /** The model under the adapters. */
    public final BaseModel base() {
        return base;
    }

    /** Predicts with the active adapters; records no graph. */
    public final ModelOutput forward(ModelInput input) {
        return forward(input, registry.activation());
    }

    /** Predicts with these adapters, whatever is active; records no graph. */
    public final ModelOutput forward(ModelInput input, Activation activation) {
        try (Gradients off = Gradients.off()) {
            return run(input, newStore(), false, () -> registry.workOut(activation));
        }
    }

    /**
     * Predicts with adapters of its own for each row of the batch, whatever is active; records no
     * graph. Each row gets what it would get in a batch under its own activation.
     *
     * <p>Modules that are saved whole are those of the row's adapters. Where a row's head has fewer
     * outputs than another's, the places that it lacks are minus infinity.
     *
     * @param activation one for each row of the batch
     * @throws IllegalArgumentException if the rows do not fit the batch, a name is unknown, or an
     *     adapter cannot act on some rows alone (DoRA, prompts)
     * @throws IllegalStateException while adapters are merged into the layers
     */
    public final ModelOutput forward(ModelInput input, RowActivation activation) {
        try (Gradients off = Gradients.off()) {
            return forward(input, activation, newStore(), false);
        }
    }

    /**
     * Runs a pass for a caller who has set the thread's gradient mode himself.
     *
     * @param store where adapter tensors are read: that of a trainer, or a fresh one
     * @param training whether dropout acts
     */
    public final ModelOutput forward(ModelInput input, ParameterStore store, boolean training) {
        return run(input, store, training, registry::active);
    }

    /**
     * The same with adapters of its own for each row; see {@link #forward(ModelInput,
     * RowActivation)}. Only adapters that are active train.
     */
    public final ModelOutput forward(
            ModelInput input, RowActivation activation, ParameterStore store, boolean training) {
        return registry.running(
                () -> {
                    RowAdapters rows = RowAdapters.of(registry, activation, input);
                    AdapterPass pass = new AdapterPass(store, input.manager(), training, rows);
                    boolean off = rows.areOff(registry.adapters());
                    return rows.call(base, off ? input : callOf(input), pass);
                });
    }

    /** Runs what reads the adapters' tensors; other threads free and overwrite none meanwhile. */
    public final <T, E extends Exception> T reading(RunningPasses.Pass<T, E> reader) throws E {
        return registry.reading(reader);
    }

    /**
     * Until it is closed, this thread trains what is active now, and no other thread changes that:
     * activating, switching off or on again, merging, weighting, deleting, overwriting, swapping,
     * freezing and closing are refused there with an {@link IllegalStateException}. Adapters that
     * do not train may come and go, and passes with an activation of their own run. {@code
     * PeftTrainer} does this by itself; a loop of one's own may.
     *
     * @throws IllegalStateException if a training runs already
     */
    public final TrainingHold.Held holdForTraining() {
        return registry.train();
    }

    /**
     * Runs what overwrites the adapters' tensors while no pass runs.
     *
     * @throws IllegalStateException inside a pass, or while another thread trains
     */
    public final <T> T writing(Supplier<T> writer) {
        return registry.writing(writer);
    }

    private ModelOutput run(
            ModelInput input,
            ParameterStore store,
            boolean training,
            Supplier<ActiveAdapters> adapters) {
        return registry.running(
                () -> {
                    ActiveAdapters active = adapters.get();
                    AdapterPass pass = new AdapterPass(store, input.manager(), training, active);
                    boolean off = ModelAdapters.areOff(registry.adapters(), active);
                    return ModelAdapters.call(base, active, off ? input : callOf(input), pass);
                });
    }

    /** What the base is called with: a task's wrapper may leave arguments out, as PEFT's do. */
    protected ModelInput callOf(ModelInput input) {
        return input;
    }

    /** A store over the adapters' own arrays. */
    public final ParameterStore newStore() {
        return new ParameterStore(manager, false);
    }

    @Override
    public final ModelOutput run(ModelInput input, ParameterStore store, boolean training) {
        return forward(input, store, training);
    }

    @Override
    protected final void refuseChange(String what) {
        registry.refuseWhileTraining(what);
    }

    /**
     * Waits for running passes and frees the adapters; the base stays open.
     *
     * @throws IllegalStateException while another thread trains; nothing has been freed then
     */
    @Override
    public final void close() {
        registry.close();
        manager.close();
    }
}
