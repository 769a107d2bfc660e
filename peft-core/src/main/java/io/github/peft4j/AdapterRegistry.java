package io.github.peft4j;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.ActiveAdapters;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.FrozenBase;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.ops.Gradients;
import io.github.peft4j.ops.InPlace;
import io.github.peft4j.tuner.Attachment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The adapters of a model and which of them act. Changes are made one at a time and published as
 * one immutable state, which passes read without a lock.
 */
final class AdapterRegistry implements AutoCloseable {

    private final BaseModel base;
    private final FrozenBase frozen;
    private final ReentrantReadWriteLock passes = new ReentrantReadWriteLock();
    private volatile State state;

    AdapterRegistry(BaseModel base) {
        this.base = base;
        frozen = new FrozenBase(base.parameters().values());
        state = stateOf(ImmutableMap.of(), Activation.none(), ImmutableList.of());
    }

    /**
     * One adapter.
     *
     * @param config as it will be saved
     * @param storedTypes types of tensors that are written in another type than float32: copies of
     *     modules keep the type that the file had
     */
    record Entry(PeftConfig config, AdapterSet set, ImmutableMap<String, Dtype> storedTypes) {}

    /**
     * What passes see.
     *
     * @param chosen what was made active
     * @param shown the same under the silences
     */
    private record State(
            ImmutableMap<String, Entry> entries,
            Activation chosen,
            ImmutableList<Silence> silences,
            Activation shown,
            ActiveAdapters active) {}

    BaseModel base() {
        return base;
    }

    FrozenBase frozen() {
        return frozen;
    }

    /** What acts now, scopes that switch adapters off included. */
    Activation activation() {
        return state.shown();
    }

    ActiveAdapters active() {
        return state.active();
    }

    ActiveAdapters workOut(Activation activation) {
        State now = state;
        return activation.equals(now.shown()) ? now.active() : workOut(now.entries(), activation);
    }

    ImmutableMap<String, AdapterSet> sets() {
        return sets(state.entries());
    }

    ImmutableMap<String, PeftConfig> configs() {
        ImmutableMap.Builder<String, PeftConfig> configs = ImmutableMap.builder();
        state.entries().forEach((name, entry) -> configs.put(name, entry.config()));
        return configs.buildOrThrow();
    }

    boolean contains(String name) {
        return state.entries().containsKey(name);
    }

    AdapterSet require(String name) {
        return entry(name).set();
    }

    Entry entry(String name) {
        Entry entry = state.entries().get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "There is no adapter '"
                            + name
                            + "'. Adapters of this model: "
                            + state.entries().keySet()
                            + ". Add or load it first.");
        }
        return entry;
    }

    /**
     * Runs a pass. An adapter that is deleted meanwhile keeps its tensors until the pass is done.
     */
    <T> T running(Supplier<T> pass) {
        passes.readLock().lock();
        try {
            return pass.get();
        } finally {
            passes.readLock().unlock();
        }
    }

    /** Builds an adapter and publishes it; it is not active. */
    synchronized void add(String name, PeftConfig config) {
        publish(name, attach(name, config), ImmutableMap.of());
    }

    /** Builds an adapter without publishing it. */
    Attachment<?> attach(String name, PeftConfig config) {
        checkFree(name);
        checkBias(config);
        return Attachments.create(base, config);
    }

    /**
     * Publishes an adapter that {@link #attach} has built.
     *
     * @param storedTypes in which types its file holds its tensors
     */
    synchronized void publish(
            String name, Attachment<?> attachment, ImmutableMap<String, Dtype> storedTypes) {
        checkFree(name);
        attachment.set().setTraining(false);
        put(name, new Entry(attachment.config(), attachment.set(), storedTypes));
    }

    /** Remembers in which types the file holds its tensors that was loaded into an adapter. */
    synchronized void remember(String name, ImmutableMap<String, Dtype> storedTypes) {
        Entry entry = entry(name);
        put(name, new Entry(entry.config(), entry.set(), storedTypes));
    }

    private void put(String name, Entry entry) {
        Map<String, Entry> entries = new LinkedHashMap<>(state.entries());
        entries.put(name, entry);
        state = stateOf(ImmutableMap.copyOf(entries), state.chosen(), state.silences());
    }

    synchronized void copy(String from, String name) {
        Entry source = entry(from);
        Attachment<?> attachment = attach(name, source.config());
        try (Gradients off = Gradients.off()) {
            attachment
                    .set()
                    .tensors()
                    .forEach(
                            (key, target) -> {
                                Parameter original = source.set().tensors().get(key);
                                if (original != null) {
                                    InPlace.copy(target.getArray(), original.getArray());
                                }
                            });
        }
        publish(name, attachment, source.storedTypes());
    }

    /** Makes an activation active and lets exactly its adapters train. */
    synchronized void activate(Activation activation) {
        choose(state.entries(), activation);
    }

    private void choose(ImmutableMap<String, Entry> entries, Activation activation) {
        State next = stateOf(entries, activation, state.silences());
        next.entries()
                .forEach(
                        (name, entry) ->
                                entry.set()
                                        .setTraining(
                                                activation.names().contains(name)
                                                        && !entry.config().inferenceMode()));
        state = next;
    }

    /**
     * Switches the adapters of these layers off, of all if none are named; nothing stops training.
     */
    synchronized Silence silence(ImmutableList<String> layers) {
        Silence silence = new Silence(layers);
        show(ImmutableList.<Silence>builder().addAll(state.silences()).add(silence).build());
        return silence;
    }

    /** Ends a silence; does nothing if it has ended. */
    synchronized void end(Silence silence) {
        show(
                state.silences().stream()
                        .filter(other -> other != silence)
                        .collect(ImmutableList.toImmutableList()));
    }

    private void show(ImmutableList<Silence> silences) {
        state = stateOf(state.entries(), state.chosen(), silences);
    }

    /** Removes an adapter; its tensors are freed when no pass reads them any more. */
    void delete(String name) {
        if (passes.getReadHoldCount() > 0) {
            throw new IllegalStateException(
                    "Adapter '"
                            + name
                            + "' cannot be deleted from inside a pass. Delete it when the pass is"
                            + " done.");
        }
        AdapterSet removed = remove(name);
        passes.writeLock().lock();
        try {
            removed.close();
        } finally {
            passes.writeLock().unlock();
        }
    }

    private synchronized AdapterSet remove(String name) {
        Entry entry = entry(name);
        Map<String, Entry> entries = new LinkedHashMap<>(state.entries());
        entries.remove(name);
        Activation rest = state.chosen().without(name);
        if (rest.names().isEmpty() && !entries.isEmpty()) {
            rest = Activation.of(entries.keySet().iterator().next());
        }
        choose(ImmutableMap.copyOf(entries), rest);
        return entry.set();
    }

    ImmutableMap<String, Parameter> trainableTensors() {
        ImmutableMap.Builder<String, Parameter> tensors = ImmutableMap.builder();
        State now = state;
        for (String name : now.chosen().names()) {
            Entry entry = now.entries().get(name);
            if (entry == null || entry.config().inferenceMode()) {
                continue;
            }
            String prefix = now.chosen().names().size() == 1 ? "" : name + ".";
            entry.set()
                    .tensors()
                    .forEach(
                            (key, parameter) -> {
                                if (entry.set().trainable().contains(parameter)) {
                                    tensors.put(prefix + key, parameter);
                                }
                            });
        }
        return tensors.buildOrThrow();
    }

    ParameterCount count() {
        long all = 0;
        for (Parameter parameter : base.parameters().values()) {
            all += parameter.getShape().size();
        }
        for (AdapterSet set : sets().values()) {
            for (Parameter parameter : set.tensors().values()) {
                // PEFT trains biases in the base itself, where they are counted already.
                all += set.biases().containsValue(parameter) ? 0 : parameter.getShape().size();
            }
        }
        long trainable = 0;
        for (Parameter parameter : trainableTensors().values()) {
            trainable += parameter.getShape().size();
        }
        return new ParameterCount(trainable, all);
    }

    /** Refuses names that fit no layer with an adapter and no module that is saved whole. */
    void checkAdapted(List<String> layers) {
        ImmutableSortedSet<String> paths = adaptedPaths();
        for (String layer : layers) {
            if (paths.stream().noneMatch(path -> Activation.names(layer, path))) {
                throw new IllegalArgumentException(
                        "No adapter acts at a layer called '"
                                + layer
                                + "'. Adapted layers: "
                                + Shown.of(paths)
                                + ".");
            }
        }
    }

    private ImmutableSortedSet<String> adaptedPaths() {
        ImmutableSortedSet.Builder<String> paths = ImmutableSortedSet.naturalOrder();
        for (AdapterSet set : sets().values()) {
            paths.addAll(set.layers().keySet());
            set.savedModules().values().forEach(saved -> paths.add(saved.modulePath()));
        }
        return paths.build();
    }

    private void checkFree(String name) {
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.contains(".")) {
            throw new IllegalArgumentException(
                    "Adapter name '"
                            + name
                            + "' cannot be the name of a folder and a part of a key. Use letters,"
                            + " digits, '-' and '_'.");
        }
        if (contains(name)) {
            throw new IllegalArgumentException(
                    "There is an adapter '"
                            + name
                            + "' already. Choose another name or delete it.");
        }
    }

    private void checkBias(PeftConfig config) {
        for (Entry entry : state.entries().values()) {
            if (!entry.set().biases().isEmpty() && Attachments.trainsBias(config)) {
                throw new IllegalArgumentException(
                        "Only one adapter of a model may train the base's biases (bias other than"
                                + " 'none'), and one does already. Use bias 'none' for the others.");
            }
        }
    }

    private State stateOf(
            ImmutableMap<String, Entry> entries,
            Activation chosen,
            ImmutableList<Silence> silences) {
        Activation shown = chosen;
        for (Silence silence : silences) {
            shown = silence.over(shown);
        }
        return new State(entries, chosen, silences, shown, workOut(entries, shown));
    }

    private ActiveAdapters workOut(ImmutableMap<String, Entry> entries, Activation activation) {
        return ActiveAdapters.of(base, frozen, sets(entries), activation);
    }

    private static ImmutableMap<String, AdapterSet> sets(ImmutableMap<String, Entry> entries) {
        ImmutableMap.Builder<String, AdapterSet> sets = ImmutableMap.builder();
        entries.forEach((name, entry) -> sets.put(name, entry.set()));
        return sets.buildOrThrow();
    }

    @Override
    public void close() {
        sets().values().forEach(AdapterSet::close);
        frozen.close();
    }
}
