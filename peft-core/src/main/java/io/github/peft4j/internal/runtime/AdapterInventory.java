package io.github.peft4j.internal.runtime;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.internal.create.AdapterFactory;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.io.Dtype;
import io.github.peft4j.model.ParameterCount;
import io.github.peft4j.store.AdapterPassport;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.tuner.CreatedAdapter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The adapters of a model, by name in the order in which they came.
 *
 * @param entries each adapter
 */
public record AdapterInventory(ImmutableMap<String, Entry> entries) {

    /** The name of an adapter that was given none, as in PEFT. */
    public static final String DEFAULT_NAME = "default";

    private static final int LONGEST_NAME = 100;

    /** No adapters. */
    public static final AdapterInventory EMPTY = new AdapterInventory(ImmutableMap.of());

    /**
     * One adapter.
     *
     * @param attachment its config and its parts
     * @param storedTypes types of tensors that are written in another type than float32: copies of
     *     modules keep the type that the file had
     * @param report what was odd about it
     * @param passport what it is for; empty for one that was made here
     */
    public record Entry(
            CreatedAdapter<?> attachment,
            ImmutableMap<String, Dtype> storedTypes,
            LoadReport report,
            AdapterPassport passport) {

        /** An adapter of which nothing else is known. */
        public static Entry of(CreatedAdapter<?> attachment, LoadReport report) {
            return new Entry(attachment, ImmutableMap.of(), report, AdapterPassport.EMPTY);
        }

        public PeftConfig config() {
            return attachment.config();
        }

        public AdapterSet set() {
            return attachment.set();
        }

        /** Lets it train if it is active and not frozen. */
        void trainIfAmong(Activation activation, String name) {
            set().setTraining(activation.names().contains(name) && !config().inferenceMode());
        }
    }

    /** The same with an adapter put in or replaced. */
    public AdapterInventory with(String name, Entry entry) {
        Map<String, Entry> copy = new LinkedHashMap<>(entries);
        copy.put(name, entry);
        return new AdapterInventory(ImmutableMap.copyOf(copy));
    }

    /** The same without an adapter. */
    public AdapterInventory without(String name) {
        Map<String, Entry> copy = new LinkedHashMap<>(entries);
        copy.remove(name);
        return new AdapterInventory(ImmutableMap.copyOf(copy));
    }

    public ImmutableMap<String, AdapterSet> sets() {
        ImmutableMap.Builder<String, AdapterSet> sets = ImmutableMap.builder();
        entries.forEach((name, entry) -> sets.put(name, entry.set()));
        return sets.buildOrThrow();
    }

    public ImmutableMap<String, PeftConfig> configs() {
        ImmutableMap.Builder<String, PeftConfig> configs = ImmutableMap.builder();
        entries.forEach((name, entry) -> configs.put(name, entry.config()));
        return configs.buildOrThrow();
    }

    public boolean contains(String name) {
        return entries.containsKey(name);
    }

    public AdapterSet require(String name) {
        return entry(name).set();
    }

    public Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "There is no adapter '"
                            + name
                            + "'. Adapters of this model: "
                            + entries.keySet()
                            + ". Add or load it first.");
        }
        return entry;
    }

    /** All tensors of all adapters, by {@code adapter.key}. */
    public ParameterList parameterList() {
        ParameterList list = new ParameterList();
        entries.forEach(
                (name, entry) -> {
                    String prefix = entries.size() == 1 ? "" : name + ".";
                    entry.set().tensors().forEach((key, p) -> list.add(prefix + key, p));
                });
        return list;
    }

    /** The tensors that train while these adapters are active, by their key in the file. */
    public ImmutableMap<String, Parameter> trainableTensors(List<String> names) {
        ImmutableMap.Builder<String, Parameter> tensors = ImmutableMap.builder();
        for (String name : names) {
            Entry entry = entries.get(name);
            if (entry == null || entry.config().inferenceMode()) {
                continue;
            }
            String prefix = names.size() == 1 ? "" : name + ".";
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

    /** How many numbers train while these adapters are active, and how many there are. */
    public ParameterCount count(BaseModel base, List<String> names) {
        long all = 0;
        Set<NDArray> counted = Sets.newIdentityHashSet(); // replicated layers share their numbers
        for (Parameter parameter : base.parameters().values()) {
            boolean counts =
                    !base.buffers().contains(parameter) && counted.add(parameter.getArray());
            all += counts ? parameter.getShape().size() : 0;
        }
        for (AdapterSet set : sets().values()) {
            for (Parameter parameter : set.tensors().values()) {
                // PEFT trains biases in the base itself, where they are counted already.
                boolean counts =
                        !set.biases().containsValue(parameter)
                                && !set.buffers().contains(parameter);
                all += counts ? parameter.getShape().size() : 0;
            }
        }
        long trainable = 0;
        for (Parameter parameter : trainableTensors(names).values()) {
            trainable += parameter.getShape().size();
        }
        return new ParameterCount(trainable, all);
    }

    /** Refuses names that fit no layer with an adapter and no module that is saved whole. */
    public void checkAdapted(List<String> layers) {
        if (layers.isEmpty()) {
            throw new IllegalArgumentException(
                    "disableAdapter is given no layer. Name one, or call disableAdapter() for"
                            + " all.");
        }
        ImmutableSortedSet<String> paths = adaptedPaths();
        for (String layer : layers) {
            if (paths.stream().noneMatch(path -> Activation.names(layer, path))) {
                throw new IllegalArgumentException(
                        "No adapter acts at a layer called '"
                                + layer
                                + "'. Adapted layers: "
                                + Text.of(paths)
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

    /** PyTorch, too, refuses dots and empty names; the others make no folder of their own. */
    private static boolean isFolderAndPartOfAKey(String name) {
        return !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars().noneMatch(c -> "./\\".indexOf(c) >= 0 || Character.isISOControl(c));
    }

    /** Refuses a name that is taken or cannot be one. */
    public void checkFree(String name) {
        if (!isFolderAndPartOfAKey(name)) {
            throw new IllegalArgumentException(
                    "Adapter name "
                            + MalformedTensorFileException.quote(name)
                            + " cannot be the name of a folder and a part of a key: it must have 1"
                            + " to "
                            + LONGEST_NAME
                            + " characters, no '.', '/' or '\\' and no control characters. Use"
                            + " letters, digits, '-' and '_'.");
        }
        if (contains(name)) {
            throw new IllegalArgumentException(
                    "There is an adapter '"
                            + name
                            + "' already. Choose another name or delete it.");
        }
    }

    /** Refuses an adapter of another method, as PEFT does: what both change has no order. */
    public void checkMethod(String newName, PeftConfig config) {
        entries.forEach(
                (name, entry) -> {
                    if (!entry.config().peftType().equals(config.peftType())) {
                        throw new IllegalArgumentException(
                                "The model's adapter '"
                                        + name
                                        + "' is "
                                        + entry.config().peftType()
                                        + ", so '"
                                        + newName
                                        + "' of method "
                                        + config.peftType()
                                        + " cannot be added: a model's adapters are all of one"
                                        + " method. Make the model with"
                                        + " PeftModels.getMixedModel, or wrap the base in a second"
                                        + " PeftModel; it is shared, not copied.");
                    }
                });
    }

    /**
     * Refuses to activate an adapter that takes the place of modules where another of the model
     * takes the place of more, as PEFT does.
     */
    public void refuseUncovered(List<String> names) {
        for (String name : names) {
            Entry chosen = entry(name);
            entries.forEach(
                    (other, entry) -> {
                        Set<String> uncovered =
                                Sets.difference(
                                        entry.set().layers().keySet(),
                                        chosen.set().layers().keySet());
                        boolean takeTurns = chosen.set().isExclusive() && entry.set().isExclusive();
                        if (takeTurns && !uncovered.isEmpty()) {
                            throw new IllegalArgumentException(
                                    "Adapter '"
                                            + name
                                            + "' has no copy of modules that adapter '"
                                            + other
                                            + "' copies: "
                                            + Text.of(uncovered)
                                            + ". Give both the same target_modules, or delete '"
                                            + other
                                            + "'.");
                        }
                    });
        }
    }

    /** Refuses to go on with an adapter that another one has taken the place of. */
    void requireStill(String name, Entry entry) {
        if (entry(name).set() != entry.set()) {
            throw new IllegalStateException(
                    "Adapter " + name + " was replaced while it was loaded. Load it again.");
        }
    }

    /**
     * Refuses to take away or overwrite what another adapter reads.
     *
     * @param what is to happen to the adapter
     */
    void refuseUsed(String name, String what) {
        AdapterSet set = entry(name).set();
        entries.forEach(
                (other, entry) -> {
                    if (entry.set().used().contains(set)) {
                        throw new IllegalStateException(
                                "Adapter '"
                                        + name
                                        + "' cannot be "
                                        + what
                                        + ": '"
                                        + other
                                        + "' was made of it and reads it. Delete '"
                                        + other
                                        + "' first.");
                    }
                });
    }

    /** Refuses an adapter that reads one which has left the model since it was made. */
    void requireUsed(String name, Entry entry) {
        ImmutableSet<AdapterSet> here =
                entries.values().stream().map(Entry::set).collect(ImmutableSet.toImmutableSet());
        if (!here.containsAll(entry.set().used())) {
            throw new IllegalStateException(
                    "Adapter '"
                            + name
                            + "' reads an adapter that was deleted or replaced while it was made."
                            + " Add it again.");
        }
    }

    /** Refuses to activate nothing. */
    void requireSome(List<String> names) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException(
                    "setAdapter names no adapter. Adapters of this model: "
                            + entries.keySet()
                            + ". Name one; disableAdapter() switches them off for a while.");
        }
    }

    /** Refuses to change an adapter whose merged weights are served. */
    void refuseMerged(String name, List<String> merged) {
        if (merged.contains(name)) {
            throw new IllegalStateException(
                    "Adapter '"
                            + name
                            + "' is merged, and the merged weights would stay those of its old"
                            + " tensors. Call unmergeAdapter() first.");
        }
    }

    /** Refuses a second adapter that trains the biases of the base. */
    public void checkBias(PeftConfig config) {
        for (Entry entry : entries.values()) {
            if (!entry.set().biases().isEmpty() && AdapterFactory.trainsBias(config)) {
                throw new IllegalArgumentException(
                        "Only one adapter of a model may train the base's biases (bias other than"
                                + " 'none'), and one does already. Use bias 'none' for the others.");
            }
        }
    }
}
