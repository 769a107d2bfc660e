package io.github.peft4j;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.ActiveAdapters;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.DeltaAdapter;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adapters of a model and which of them act. Changes are made one at a time and published as
 * one immutable state, which passes read without a lock.
 */
final class AdapterRegistry implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(AdapterRegistry.class);

    private final BaseModel base;
    private final FrozenBase frozen;
    private final ReentrantReadWriteLock passes = new ReentrantReadWriteLock();
    private volatile State state;

    AdapterRegistry(BaseModel base) {
        this.base = base;
        frozen = new FrozenBase(base.parameters().values());
        state = stateOf(ImmutableMap.of(), Activation.none(), ImmutableList.of(), null);
    }

    /**
     * One adapter.
     *
     * @param config as it will be saved
     * @param storedTypes types of tensors that are written in another type than float32: copies of
     *     modules keep the type that the file had
     * @param report what was odd about it
     */
    record Entry(
            PeftConfig config,
            AdapterSet set,
            ImmutableMap<String, Dtype> storedTypes,
            LoadReport report) {}

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
            @Nullable MergedWeights merged,
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
        return activation.equals(now.shown())
                ? now.active()
                : workOut(now.entries(), activation, now.merged());
    }

    /** The active adapters as if none was merged. */
    ActiveAdapters unmerged() {
        State now = state;
        return workOut(now.entries(), now.shown(), null);
    }

    ImmutableList<String> mergedNames() {
        MergedWeights merged = state.merged();
        return merged == null ? ImmutableList.of() : merged.names();
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
        Attachment<?> attachment = attach(name, config);
        LoadReport report = LoadReport.ofNew(attachment.warnings());
        publish(name, attachment, ImmutableMap.of(), report);
    }

    /** Builds an adapter without publishing it. */
    Attachment<?> attach(String name, PeftConfig config) {
        checkFree(name);
        checkBias(config);
        return Attachments.create(base, config, name);
    }

    /**
     * Publishes an adapter that {@link #attach} has built.
     *
     * @param storedTypes in which types its file holds its tensors
     * @param report what was odd about it
     */
    synchronized void publish(
            String name,
            Attachment<?> attachment,
            ImmutableMap<String, Dtype> storedTypes,
            LoadReport report) {
        checkFree(name);
        attachment.set().setTraining(false);
        put(name, new Entry(attachment.config(), attachment.set(), storedTypes, report));
    }

    /** Keeps what loading into a known name has found. */
    synchronized void loaded(
            String name, ImmutableMap<String, Dtype> storedTypes, LoadReport report) {
        Entry entry = entry(name);
        put(name, new Entry(entry.config(), entry.set(), storedTypes, report));
    }

    private void put(String name, Entry entry) {
        Map<String, Entry> entries = new LinkedHashMap<>(state.entries());
        entries.put(name, entry);
        state =
                stateOf(
                        ImmutableMap.copyOf(entries),
                        state.chosen(),
                        state.silences(),
                        state.merged());
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
        LoadReport report = LoadReport.ofNew(attachment.warnings());
        publish(name, attachment, source.storedTypes(), report);
    }

    /** Makes adapters active; a scale that was set stays with its adapter. */
    synchronized void activate(ImmutableList<String> names) {
        activate(state.chosen().withNames(names));
    }

    /** Makes an activation active and lets exactly its adapters train. */
    synchronized void activate(Activation activation) {
        choose(state.entries(), activation);
    }

    private void choose(ImmutableMap<String, Entry> entries, Activation activation) {
        State before = state;
        State next = stateOf(entries, activation, before.silences(), null);
        next.entries()
                .forEach(
                        (name, entry) ->
                                entry.set()
                                        .setTraining(
                                                activation.names().contains(name)
                                                        && !entry.config().inferenceMode()));
        state = next;
        if (before.merged() != null) {
            logger.warn(
                    "Adapters {} were merged and are not any more: {} are active now.",
                    before.merged().names(),
                    activation.names());
            before.merged().close();
        }
    }

    /** Merges adapters on top of those that are merged. */
    synchronized void merge(ImmutableList<String> names) {
        ImmutableList<String> all =
                ImmutableSet.<String>builder().addAll(names).addAll(mergedNames()).build().asList();
        if (mergedNames().containsAll(names)) {
            logger.warn("Adapters {} are merged already; nothing to do.", names);
            return;
        }
        ActiveAdapters weights = unmerged().asWeights(base, sets(), all);
        MergedWeights before = state.merged();
        MergedWeights merged = MergedWeights.of(base, weights, all);
        state = stateOf(state.entries(), state.chosen(), state.silences(), merged);
        if (before != null) {
            before.close();
        }
    }

    synchronized void unmerge() {
        MergedWeights before = state.merged();
        state = stateOf(state.entries(), state.chosen(), state.silences(), null);
        if (before != null) {
            before.close();
        }
    }

    /** Weights an adapter, also while it is not active. */
    synchronized void scale(String name, double factor) {
        entry(name)
                .set()
                .layers()
                .forEach(
                        (path, adapter) -> {
                            if (!(adapter instanceof DeltaAdapter)) {
                                throw new IllegalArgumentException(
                                        "Adapter '"
                                                + name
                                                + "' does more than add to layer "
                                                + path
                                                + ", so the factor "
                                                + factor
                                                + " has no meaning there. Only adapters that add,"
                                                + " such as LoRA, can be scaled.");
                            }
                        });
        state =
                stateOf(
                        state.entries(),
                        state.chosen().scale(name, factor),
                        state.silences(),
                        state.merged());
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
        state = stateOf(state.entries(), state.chosen(), silences, state.merged());
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
            ImmutableList<Silence> silences,
            @Nullable MergedWeights merged) {
        Activation shown = chosen;
        for (Silence silence : silences) {
            shown = silence.over(shown);
        }
        return new State(entries, chosen, silences, shown, merged, workOut(entries, shown, merged));
    }

    private ActiveAdapters workOut(
            ImmutableMap<String, Entry> entries,
            Activation activation,
            @Nullable MergedWeights merged) {
        ImmutableMap<String, AdapterSet> sets = sets(entries);
        ActiveAdapters active = ActiveAdapters.of(base, frozen, sets, activation);
        return merged == null
                ? active
                : active.over(base, sets, merged.names(), merged.parameters());
    }

    private static ImmutableMap<String, AdapterSet> sets(ImmutableMap<String, Entry> entries) {
        ImmutableMap.Builder<String, AdapterSet> sets = ImmutableMap.builder();
        entries.forEach((name, entry) -> sets.put(name, entry.set()));
        return sets.buildOrThrow();
    }

    @Override
    public void close() {
        MergedWeights merged = state.merged();
        if (merged != null) {
            merged.close();
        }
        sets().values().forEach(AdapterSet::close);
        frozen.close();
    }
}
