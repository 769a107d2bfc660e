package io.github.peft4j;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.ActiveAdapters;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.FrozenBase;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.ops.Gradients;
import io.github.peft4j.ops.InPlace;
import io.github.peft4j.tuner.Attachment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private volatile State state;

    AdapterRegistry(BaseModel base) {
        this.base = base;
        frozen = new FrozenBase(base.parameters().values());
        state = stateOf(ImmutableMap.of(), Activation.none(), null);
    }

    /** One adapter: its config as it will be saved, its parts, and what was odd about it. */
    record Entry(PeftConfig config, AdapterSet set, LoadReport report) {

        Entry with(LoadReport newer) {
            return new Entry(config, set, newer);
        }
    }

    private record State(
            ImmutableMap<String, Entry> entries,
            Activation activation,
            @Nullable MergedWeights merged,
            ActiveAdapters active) {}

    BaseModel base() {
        return base;
    }

    FrozenBase frozen() {
        return frozen;
    }

    Activation activation() {
        return state.activation();
    }

    ActiveAdapters active() {
        return state.active();
    }

    ActiveAdapters workOut(Activation activation) {
        State now = state;
        return activation.equals(now.activation())
                ? now.active()
                : workOut(now.entries(), activation, now.merged());
    }

    /** The active adapters as if none was merged. */
    ActiveAdapters unmerged() {
        State now = state;
        return workOut(now.entries(), now.activation(), null);
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

    /** Builds an adapter and publishes it; it is not active. */
    synchronized void add(String name, PeftConfig config) {
        Attachment<?> attachment = attach(name, config);
        publish(name, attachment, LoadReport.ofNew(attachment.warnings()));
    }

    /** Builds an adapter without publishing it. */
    Attachment<?> attach(String name, PeftConfig config) {
        checkFree(name);
        checkBias(config);
        return Attachments.create(base, config, name);
    }

    /** Publishes an adapter that {@link #attach} has built. */
    synchronized void publish(String name, Attachment<?> attachment, LoadReport report) {
        checkFree(name);
        attachment.set().setTraining(false);
        Map<String, Entry> entries = new LinkedHashMap<>(state.entries());
        entries.put(name, new Entry(attachment.config(), attachment.set(), report));
        state = stateOf(ImmutableMap.copyOf(entries), state.activation(), state.merged());
    }

    /** Keeps what loading into a known name has found. */
    synchronized void report(String name, LoadReport report) {
        Map<String, Entry> entries = new LinkedHashMap<>(state.entries());
        entries.put(name, entry(name).with(report));
        state =
                new State(
                        ImmutableMap.copyOf(entries),
                        state.activation(),
                        state.merged(),
                        state.active());
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
        publish(name, attachment, LoadReport.ofNew(attachment.warnings()));
    }

    /** Makes adapters active; a scale that was set stays with its adapter. */
    synchronized void activate(ImmutableList<String> names) {
        activate(state.activation().withNames(names));
    }

    /** Makes an activation active and lets exactly its adapters train. */
    synchronized void activate(Activation activation) {
        State before = state;
        State next = stateOf(before.entries(), activation, null);
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
        state = stateOf(state.entries(), state.activation(), merged);
        if (before != null) {
            before.close();
        }
    }

    synchronized void unmerge() {
        MergedWeights before = state.merged();
        state = stateOf(state.entries(), state.activation(), null);
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
        state = stateOf(state.entries(), state.activation().scale(name, factor), state.merged());
    }

    /** Changes what acts, not what trains. */
    synchronized void show(Activation activation) {
        state = stateOf(state.entries(), activation, state.merged());
    }

    synchronized void delete(String name) {
        Entry entry = entry(name);
        Map<String, Entry> entries = new LinkedHashMap<>(state.entries());
        entries.remove(name);
        List<String> names = new ArrayList<>(state.activation().names());
        names.remove(name);
        if (names.isEmpty() && !entries.isEmpty()) {
            names.add(entries.keySet().iterator().next());
        }
        Activation next = state.activation().scale(name, 1).withNames(ImmutableList.copyOf(names));
        unmerge();
        state = stateOf(ImmutableMap.copyOf(entries), next, null);
        activate(next);
        entry.set().close();
    }

    ImmutableMap<String, Parameter> trainableTensors() {
        ImmutableMap.Builder<String, Parameter> tensors = ImmutableMap.builder();
        State now = state;
        for (String name : now.activation().names()) {
            Entry entry = now.entries().get(name);
            if (entry == null || entry.config().inferenceMode()) {
                continue;
            }
            String prefix = now.activation().names().size() == 1 ? "" : name + ".";
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

    void checkAdapted(List<String> layers) {
        for (String layer : layers) {
            boolean known = false;
            for (AdapterSet set : sets().values()) {
                for (String path : set.layers().keySet()) {
                    known |= path.equals(layer) || path.endsWith("." + layer);
                }
            }
            if (!known) {
                throw new IllegalArgumentException(
                        "No adapter acts at a layer called '"
                                + layer
                                + "'. Adapted layers: "
                                + adaptedLayers()
                                + ".");
            }
        }
    }

    private ImmutableList<String> adaptedLayers() {
        ImmutableList.Builder<String> paths = ImmutableList.builder();
        sets().values().forEach(set -> paths.addAll(set.layers().keySet()));
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
            Activation activation,
            @Nullable MergedWeights merged) {
        return new State(entries, activation, merged, workOut(entries, activation, merged));
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
