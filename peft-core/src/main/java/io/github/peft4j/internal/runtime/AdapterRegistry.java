package io.github.peft4j.internal.runtime;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.RunningPasses;
import io.github.peft4j.engine.TrainingHold;
import io.github.peft4j.model.ParameterCount;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.tuner.AdapterSource;
import io.github.peft4j.tuner.CreatedAdapter;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adapters of a model and which of them act. Changes are made one at a time and published as
 * one immutable state, which passes read without a lock.
 */
public final class AdapterRegistry implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(AdapterRegistry.class);

    private final BaseModel base;
    private volatile NewAdapters makes;
    private final FrozenBase frozen;
    private final RunningPasses passes = new RunningPasses("The model");
    private final DeferredAfterStep steps = new DeferredAfterStep();
    private final TrainingHold training = new TrainingHold();
    private volatile RegistryState state;

    /**
     * An empty registry.
     *
     * @param parts loads adapters that others are made of
     */
    public AdapterRegistry(BaseModel base, AdapterSource parts) {
        this.base = base;
        makes = new NewAdapters(base, parts, false);
        frozen = new FrozenBase(base.parameters().values());
        state = RegistryState.empty(base, frozen);
    }

    public BaseModel base() {
        return base;
    }

    /** From now on, adapters may be of several methods. */
    public void allowMixed() {
        makes = new NewAdapters(base, makes.parts(), true);
    }

    /** Takes note of what an adapter is for. */
    public synchronized void describe(String name, AdapterPassport passport) {
        AdapterInventory.Entry entry = adapters().entry(name);
        put(
                name,
                new AdapterInventory.Entry(
                        entry.attachment(), entry.storedTypes(), entry.report(), passport));
    }

    /** The step of a trainer that does not say when it is done. */
    public DeferredAfterStep steps() {
        return steps;
    }

    /** Lets this thread train what is active, which no other thread changes until it is closed. */
    public synchronized TrainingHold.Held train() {
        return training.begin(state.chosen().names());
    }

    /** The adapters as they are now. */
    public AdapterInventory adapters() {
        return state.adapters();
    }

    /** The tensors that train now. */
    public ImmutableMap<String, Parameter> trainableTensors() {
        RegistryState now = state;
        return now.adapters().trainableTensors(now.chosen().names());
    }

    /** How many numbers train now, and how many there are. */
    public ParameterCount count() {
        RegistryState now = state;
        return now.adapters().count(base, now.chosen().names());
    }

    /** What acts now, scopes that switch adapters off included. */
    public Activation activation() {
        return state.shown();
    }

    public ActiveAdapters active() {
        return state.active();
    }

    /** An activation worked out; for as long as the adapters stay what they are, once. */
    public ActiveAdapters workOut(Activation activation) {
        RegistryState now = state;
        return activation.equals(now.shown()) ? now.active() : now.workOut(activation);
    }

    /** The weight form of some adapters, over what is active if none was merged. */
    public ActiveAdapters asWeights(List<String> names) {
        RegistryState now = state;
        return ActiveAdapters.of(base, frozen, now.adapters().sets(), now.shown())
                .asWeights(base, now.adapters().sets(), names);
    }

    public List<String> mergedNames() {
        MergedWeights merged = state.merged();
        return merged == null ? ImmutableList.of() : merged.names();
    }

    /**
     * Runs a pass, or whatever else reads tensors. An adapter that is deleted meanwhile keeps its
     * tensors until that is done, and none is overwritten.
     */
    public <T, E extends Exception> T running(RunningPasses.Pass<T, E> pass) throws E {
        steps.end();
        return passes.run(pass);
    }

    /** The same for what is no pass, and leaves a step that goes on alone. */
    public <T, E extends Exception> T reading(RunningPasses.Pass<T, E> reader) throws E {
        return passes.run(reader);
    }

    /** Runs what overwrites tensors, while no pass runs. */
    public <T> T writing(Supplier<T> writer) {
        training.refuse("overwrite tensors"); // at once: it waits for the pass else
        return passes.alone(
                () -> {
                    synchronized (this) {
                        training.refuse("overwrite tensors");
                        return writer.get();
                    }
                });
    }

    /** Refuses what another thread would do. */
    public void refuseWhileTraining(String what) {
        training.refuse(what);
    }

    /** Builds an adapter and publishes it; it is not active. */
    public void add(String name, PeftConfig config) {
        change(() -> publish(name, makes.fresh(adapters(), name, config)));
    }

    /** Adds a copy of an adapter; it is not active. */
    public void copy(String from, String name) {
        change(() -> publish(name, makes.copy(adapters(), from, name)));
    }

    /**
     * Builds an adapter without publishing it; its tensors have no values before {@link
     * AdapterSet#initialize}.
     */
    public CreatedAdapter<?> attach(String name, PeftConfig config) {
        return makes.attach(adapters(), name, config);
    }

    /** The same for one that is to take the place of the adapter of this name. */
    public CreatedAdapter<?> attachInPlaceOf(String name, PeftConfig config) {
        return makes.attach(adapters().without(name), name, config);
    }

    /** Publishes an adapter that {@link #attach} has built, and whose tensors have their values. */
    public void publish(String name, AdapterInventory.Entry entry) {
        change(
                () -> {
                    adapters().checkFree(name);
                    entry.set().setTraining(false);
                    put(name, entry);
                });
    }

    /**
     * Publishes another state; what is taken out of it must be freed afterwards.
     *
     * @throws IllegalStateException if the model was closed, which has freed all tensors
     */
    private void change(Runnable change) {
        passes.run(
                () -> {
                    synchronized (this) {
                        change.run();
                    }
                    return this;
                });
    }

    /**
     * Gives an adapter's tensors other values while no pass runs.
     *
     * @param entry the adapter as it was found, and what loading has found since
     * @param values overwrites the tensors
     * @throws IllegalStateException if the name stands for another adapter by now, or a pass of
     *     this thread runs
     */
    public void overwrite(String name, AdapterInventory.Entry entry, Runnable values) {
        training.refuse("overwrite the adapter", name); // at once: it waits for the pass else
        passes.alone(
                () -> {
                    synchronized (this) {
                        training.refuse("overwrite the adapter", name);
                        adapters().requireStill(name, entry);
                        adapters().refuseUsed(name, "overwritten");
                        values.run();
                        put(name, entry);
                        return entry;
                    }
                });
    }

    /**
     * Puts an adapter in the place of another, in one step: a running pass keeps the old one, whose
     * tensors are freed when no pass reads them any more.
     */
    public void replace(String name, AdapterInventory.Entry old, AdapterInventory.Entry entry) {
        change(
                () -> {
                    training.refuse("replace the adapter", name);
                    adapters().requireStill(name, old);
                    adapters().refuseUsed(name, "replaced");
                    adapters().refuseMerged(name, mergedNames());
                    steps.forget();
                    entry.trainIfAmong(state.chosen(), name);
                    put(name, entry);
                    passes.retire(old.set()::close);
                });
        passes.free();
    }

    private void put(String name, AdapterInventory.Entry entry) {
        adapters().requireUsed(name, entry);
        state =
                state.with(
                        state.adapters().with(name, entry),
                        state.chosen(),
                        state.silences(),
                        state.merged());
    }

    /** Makes adapters active; a scale that was set stays with its adapter. */
    public void activate(List<String> names) {
        adapters().requireSome(names);
        change(
                () -> {
                    training.refuse("activate " + names);
                    choose(state.adapters(), state.chosen().withNames(names));
                });
        passes.free();
    }

    /** Makes an activation active and lets exactly its adapters train. */
    public void activate(Activation activation) {
        change(
                () -> {
                    training.refuse("activate " + activation.names());
                    choose(state.adapters(), activation);
                });
        passes.free();
    }

    private void choose(AdapterInventory adapters, Activation activation) {
        RegistryState before = state;
        adapters.refuseUncovered(activation.names());
        RegistryState next = before.with(adapters, activation, before.silences(), null);
        next.adapters().entries().forEach((name, entry) -> entry.trainIfAmong(activation, name));
        state = next;
        if (before.merged() != null) {
            logger.warn(
                    "Adapters {} were merged and are not any more: {} are active now.",
                    before.merged().names(),
                    activation.names());
            passes.retire(before.merged()::close);
        }
    }

    /** Merges adapters on top of those that are merged. */
    public void merge(List<String> names) {
        passes.run(
                () -> {
                    synchronized (this) {
                        return mergeOnTop(names);
                    }
                });
        passes.free();
    }

    private List<String> mergeOnTop(List<String> names) {
        training.refuse("merge " + names);
        if (mergedNames().containsAll(names)) {
            logger.warn("Adapters {} are merged already; nothing to do.", names);
            return mergedNames();
        }
        ImmutableList<String> all =
                ImmutableSet.<String>builder().addAll(mergedNames()).addAll(names).build().asList();
        serve(MergedWeights.of(base, this::asWeights, all));
        return all;
    }

    public void unmerge() {
        change(
                () -> {
                    training.refuse("forget merged weights");
                    serve(null);
                });
        passes.free();
    }

    private void serve(@Nullable MergedWeights merged) {
        MergedWeights before = state.merged();
        state = state.with(state.adapters(), state.chosen(), state.silences(), merged);
        if (before != null) {
            passes.retire(before::close);
        }
    }

    /** Weights an adapter, also while it is not active. */
    public synchronized void scale(String name, double factor) {
        training.refuse("weight the adapter", name);
        AdapterScales.require(adapters().entry(name).set(), name, factor);
        state =
                state.with(
                        state.adapters(),
                        state.chosen().scale(name, factor),
                        state.silences(),
                        state.merged());
    }

    /**
     * Switches the adapters of these layers off, of all if none are named; nothing stops training.
     */
    public synchronized DisableScope silence(ImmutableList<String> layers) {
        training.refuse("switch adapters off");
        DisableScope silence = new DisableScope(layers);
        show(ImmutableList.<DisableScope>builder().addAll(state.silences()).add(silence).build());
        return silence;
    }

    /** Ends a silence; does nothing if it has ended. */
    public synchronized void end(DisableScope silence) {
        if (state.silences().contains(silence)) {
            training.refuse("switch adapters on again");
            show(
                    state.silences().stream()
                            .filter(other -> other != silence)
                            .collect(ImmutableList.toImmutableList()));
        }
    }

    private void show(ImmutableList<DisableScope> silences) {
        state = state.with(state.adapters(), state.chosen(), silences, state.merged());
    }

    /** Removes an adapter; its tensors are freed when no pass reads them any more. */
    public void delete(String name) {
        change(
                () -> {
                    training.refuse("delete the adapter", name);
                    AdapterSet removed = adapters().entry(name).set();
                    adapters().refuseUsed(name, "deleted");
                    steps.forget();
                    AdapterInventory others = state.adapters().without(name);
                    Activation rest = state.chosen().without(name);
                    if (rest.names().isEmpty() && !others.entries().isEmpty()) {
                        rest = Activation.of(others.entries().keySet().iterator().next());
                    }
                    choose(others, rest);
                    passes.retire(removed::close);
                });
        passes.free();
    }

    /** Waits for running passes and frees all tensors. */
    @Override
    public void close() {
        training.refuse("close the model"); // at once: it waits for the pass else
        passes.close(
                () -> {
                    MergedWeights merged = state.merged();
                    if (merged != null) {
                        merged.close();
                    }
                    state.adapters().sets().values().forEach(AdapterSet::close);
                    frozen.close();
                });
    }
}
