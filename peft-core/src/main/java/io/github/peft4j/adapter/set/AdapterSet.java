package io.github.peft4j.adapter.set;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.math.LongMath;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.engine.Room;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.TensorOps;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One named adapter's parts: what acts at which layer, copies of modules that are trained whole,
 * trained biases, and every tensor under its key in adapter_model.safetensors. Owns its tensors.
 */
public final class AdapterSet implements AutoCloseable {

    private final NDManager manager;
    private final ImmutableMap<String, Adapter> layers;
    private final ImmutableMap<ParameterUse, ParameterAdapter> bare;
    private final ImmutableMap<String, Parameter> tensors;
    private final ImmutableMap<String, FileTensor> file;
    private final ImmutableMap<String, Parameter> localState;
    private final ImmutableMap<String, Parameter> state;
    private final ImmutableList<AdapterSet> parts;
    private final ImmutableSet<AdapterSet> used;
    private final ImmutableSet<Parameter> trainable;
    private final ImmutableSet<Parameter> buffers;
    private final ImmutableMap<ParameterUse, ModuleCopy> savedModules;
    private final ImmutableMap<Parameter, Parameter> biases;
    private final Aliases aliases;
    private final @Nullable ModelAdapter modelAdapter;
    private final ImmutableList<StepAware> stepAware;
    private final ImmutableList<Penalized> penalties;
    private final boolean allowsPacking;
    private final boolean allowsCache;
    private final boolean allowsBeams;
    private final boolean exclusive;
    private final String method;
    private final ImmutableMap<String, String> former;
    private final ImmutableMap<String, String> retired;

    AdapterSet(AdapterSetBuilder builder) {
        manager = builder.manager;
        layers = ImmutableMap.copyOf(builder.layers);
        bare = ImmutableMap.copyOf(builder.bare);
        tensors = ImmutableMap.copyOf(builder.tensors);
        file = ImmutableMap.copyOf(builder.file);
        localState = ImmutableMap.copyOf(builder.localState);
        state = ImmutableMap.copyOf(builder.state);
        parts = ImmutableList.copyOf(builder.parts);
        used = ImmutableSet.copyOf(builder.used);
        buffers = ImmutableSet.copyOf(builder.buffers);
        savedModules = ImmutableMap.copyOf(builder.savedModules);
        biases = ImmutableMap.copyOf(builder.biases);
        aliases = new Aliases(ImmutableMap.copyOf(builder.aliases));
        modelAdapter = builder.modelAdapter;
        stepAware = ImmutableList.copyOf(builder.stepAware);
        penalties = ImmutableList.copyOf(builder.penalties);
        allowsPacking = builder.allowsPacking;
        allowsCache = builder.allowsCache;
        allowsBeams = builder.allowsBeams;
        exclusive = builder.exclusive;
        method = builder.method;
        former = ImmutableMap.copyOf(builder.former);
        retired = ImmutableMap.copyOf(builder.retired);
        ImmutableSet.Builder<Parameter> trained = ImmutableSet.builder();
        for (Parameter parameter : tensors.values()) {
            if (parameter.requiresGradient()) {
                trained.add(parameter);
            }
        }
        trainable = trained.build();
    }

    /** Starts a set whose tensors live in this manager, which the set closes. */
    public static AdapterSetBuilder builder(NDManager manager) {
        return new AdapterSetBuilder(manager);
    }

    /** Adapters by layer path, in model order. */
    public Map<String, Adapter> layers() {
        return layers;
    }

    /** Adapters of parameters that belong to no layer, by where these are read. */
    public Map<ParameterUse, ParameterAdapter> atParameters() {
        return bare;
    }

    /**
     * Every tensor of the adapter by its key, without the adapter's name: those of its file, and
     * those that a file leaves out, such as a prompt's encoder.
     */
    public Map<String, Parameter> tensors() {
        return tensors;
    }

    /** What the adapter's file holds, by key: what is written and what is read. */
    public Map<String, FileTensor> file() {
        return file;
    }

    /**
     * Tensors that predictions need although PEFT's file lacks them, by key: they are written to a
     * second file, which Python does not read.
     */
    public Map<String, Parameter> localState() {
        return localState;
    }

    /**
     * What a training must keep besides the file to go on with the same numbers, by key: tensors
     * that the file leaves out or holds in another form, and the statistics of a {@link StepAware}.
     * Empty for most methods.
     */
    public Map<String, Parameter> trainingState() {
        boolean asItIs =
                state.isEmpty()
                        && file.keySet().equals(tensors.keySet())
                        && file.values().stream().allMatch(FileTensor.Plain.class::isInstance);
        return asItIs
                ? ImmutableMap.of()
                : ImmutableMap.<String, Parameter>builder()
                        .putAll(tensors)
                        .putAll(state)
                        .buildOrThrow();
    }

    /** Other adapters of the model that this one reads, and does not own. */
    public Set<AdapterSet> used() {
        return used;
    }

    /** What acts around the optimizer's step: for the set as a whole, then for single adapters. */
    public Set<StepAware> stepAware() {
        ImmutableSet.Builder<StepAware> all = ImmutableSet.builder();
        all.addAll(stepAware);
        everyAdapter().forEach(adapter -> addIf(StepAware.class, adapter, all));
        return all.build();
    }

    /** What adds to the loss for the set as a whole, whatever its layers do. */
    public List<Penalized> penalties() {
        return penalties;
    }

    private ImmutableList<Adapter> everyAdapter() {
        ImmutableList.Builder<Adapter> all = ImmutableList.builder();
        all.addAll(layers.values());
        modelAdapter().ifPresent(all::add);
        return all.build();
    }

    private static <T> void addIf(Class<T> type, Object object, ImmutableSet.Builder<T> to) {
        if (type.isInstance(object)) {
            to.add(type.cast(object));
        }
    }

    /** The tensors that are trained while this adapter is active. */
    public Set<Parameter> trainable() {
        return trainable;
    }

    /** Frozen tensors that PEFT does not count as parameters: what PyTorch calls buffers. */
    public Set<Parameter> buffers() {
        return buffers;
    }

    /** Copies of whole modules, by where the base parameter is read whose place they take. */
    public Map<ParameterUse, ModuleCopy> savedModules() {
        return savedModules;
    }

    /** Trained biases, by the base parameter whose place they take. */
    public Map<Parameter, Parameter> biases() {
        return biases;
    }

    /** Further keys under which PEFT writes tensors a second time. */
    public Aliases aliases() {
        return aliases;
    }

    /** What acts around the whole model. */
    public Optional<ModelAdapter> modelAdapter() {
        return Optional.ofNullable(modelAdapter);
    }

    /** Whether this adapter treats each token alike wherever it stands. */
    public boolean allowsPacking() {
        return allowsPacking;
    }

    /** Whether keys and values of earlier calls may stand in for their positions. */
    public boolean allowsCache() {
        return allowsCache;
    }

    /** Whether beam search may go on from any text at any row. */
    public boolean allowsBeams() {
        return allowsBeams;
    }

    /** Whether this adapter takes the place of whole modules, so that no other may act with it. */
    public boolean isExclusive() {
        return exclusive;
    }

    /** The method that the set's layers are adapted by; empty if it does not say. */
    public String method() {
        return method;
    }

    /** Keys of older files, each with the key of now for the same tensor. */
    public Map<String, String> former() {
        return former;
    }

    /**
     * Parts of the keys of older files, which mean something else, by the reason to refuse them.
     */
    public Map<String, String> retired() {
        return retired;
    }

    /** Whether it can serve some rows of a batch and leave out others. */
    public boolean allowsMixedBatches() {
        return layers.values().stream().allMatch(layer -> layer.refusesMixedBatches() == null);
    }

    /**
     * Refuses to serve some rows of a batch and leave out others, where an adapter cannot.
     *
     * @throws IllegalArgumentException naming the layer and the cure
     */
    public void requireMixedBatches() {
        layers.forEach(
                (path, adapter) -> {
                    String reason = adapter.refusesMixedBatches();
                    if (reason != null) {
                        throw new IllegalArgumentException("At " + path + ", " + reason);
                    }
                });
    }

    /** Switches gradients of the trainable tensors. */
    public void setTraining(boolean on) {
        for (Parameter parameter : trainable) {
            if (parameter.requiresGradient() != on) { // of a hundred adapters few change
                parameter.freeze(!on);
            }
        }
    }

    /** Copies the values of another set's tensors, by key; leaves the other tensors alone. */
    public void initializeFrom(AdapterSet other) {
        tensors.forEach(
                (key, target) -> {
                    Parameter original = other.tensors.get(key);
                    if (original != null) {
                        copy(target, original);
                    }
                });
    }

    /**
     * Copies the values of another set's modules that are saved whole, by key.
     *
     * @param other a set with copies of some of this one's modules
     */
    public void initializeSavedFrom(AdapterSet other) {
        Set<Parameter> copies = new HashSet<>();
        other.savedModules.values().forEach(saved -> copies.add(saved.parameter()));
        tensors.forEach(
                (key, target) -> {
                    Parameter original = other.tensors.get(key);
                    if (original != null && copies.contains(original)) {
                        copy(target, original);
                    }
                });
    }

    private static void copy(Parameter target, Parameter original) {
        if (target.isInitialized()) {
            try (Gradients off = Gradients.off()) {
                TensorOps.copy(target.getArray(), HeldNumbers.float32(original.getArray()));
            }
            return;
        }
        target.setInitializer(
                (manager, shape, type) -> {
                    NDArray copy = HeldNumbers.detached(original.getArray());
                    copy.attach(manager);
                    return copy;
                });
    }

    /**
     * Gives every tensor that has no values yet those of a file, if {@link FileTensor#put} brought
     * some, or else its initial value, in the order in which the tensors were added.
     *
     * @throws IllegalArgumentException if initial values cannot be made
     */
    public void initialize() {
        requireRoom();
        try (Gradients off = Gradients.off()) {
            for (Parameter parameter : tensors.values()) {
                if (!parameter.isInitialized()) {
                    parameter.initialize(manager, DataType.FLOAT32);
                }
            }
        }
    }

    /** Sizes of a config are believed only as far as memory goes. */
    private void requireRoom() {
        long bytes = 0;
        long largest = -1;
        String which = "";
        for (Map.Entry<String, Parameter> tensor : tensors.entrySet()) {
            Parameter parameter = tensor.getValue();
            if (!parameter.isInitialized() && parameter.getShape() != null) {
                long size = Room.bytes(parameter.getShape());
                bytes = LongMath.saturatedAdd(bytes, size);
                which = size > largest ? tensor.getKey() + " " + parameter.getShape() : which;
                largest = Math.max(largest, size);
            }
        }
        Room.require(
                bytes,
                "The adapter's new tensors (the largest is " + which + ")",
                "Choose smaller sizes in the config, such as r or num_virtual_tokens.");
    }

    /** Frees the tensors. */
    @Override
    public void close() {
        manager.close();
        parts.forEach(AdapterSet::close);
    }
}
