package io.github.peft4j.adapter.set;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.internal.text.Names;
import io.github.peft4j.model.ParameterUse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects the parts of a set. */
public final class AdapterSetBuilder {

    final NDManager manager;

    final Map<String, Adapter> layers = new LinkedHashMap<>();
    final Map<ParameterUse, ParameterAdapter> bare = new LinkedHashMap<>();
    final Map<String, Parameter> tensors = new LinkedHashMap<>();
    final Map<String, FileTensor> file = new LinkedHashMap<>();
    final Map<String, Parameter> localState = new LinkedHashMap<>();
    final Map<String, Parameter> state = new LinkedHashMap<>();
    final List<AdapterSet> parts = new ArrayList<>();
    final Set<AdapterSet> used = new LinkedHashSet<>();
    final Set<Parameter> keyed = new HashSet<>();
    final Set<Parameter> buffers = new HashSet<>();
    final Map<ParameterUse, ModuleCopy> savedModules = new LinkedHashMap<>();
    final Map<Parameter, Parameter> biases = new LinkedHashMap<>();
    final Map<String, Parameter> aliases = new LinkedHashMap<>();
    @Nullable ModelAdapter modelAdapter;
    final List<StepAware> stepAware = new ArrayList<>();
    final List<Penalized> penalties = new ArrayList<>();
    boolean allowsPacking = true;
    boolean allowsCache = true;
    boolean allowsBeams = true;
    boolean exclusive;
    String method = "";
    final Map<String, String> former = new LinkedHashMap<>();
    final Map<String, String> retired = new LinkedHashMap<>();

    AdapterSetBuilder(NDManager manager) {
        this.manager = manager;
    }

    /** Where the set's tensors are made. */
    public NDManager manager() {
        return manager;
    }

    /** Puts an adapter at a layer; its tensors get keys {@code prefix + path + suffix}. */
    public AdapterSetBuilder addLayer(String prefix, String path, Adapter adapter) {
        return addLayer(prefix, path, path, adapter);
    }

    /** The same for a layer that the file calls something else. */
    public AdapterSetBuilder addLayer(
            String prefix, String pathInFile, String path, Adapter adapter) {
        if (layers.putIfAbsent(Names.shared(path), adapter) != null) {
            throw new IllegalStateException("Two adapters claim the layer " + path + ".");
        }
        String start = prefix + pathInFile + ".";
        adapter.parameters().forEach((suffix, p) -> addTensor(Names.shared(start + suffix), p));
        adapter.formerNames().forEach((old, suffix) -> former.put(start + old, start + suffix));
        return this;
    }

    /**
     * Puts an adapter at a parameter that belongs to no layer of its own; its tensors get keys
     * {@code prefix + suffix}.
     *
     * @param place where the parameter is read, and what it is called
     */
    public AdapterSetBuilder addAtParameter(
            String prefix, ParameterUse place, ParameterAdapter adapter) {
        if (bare.putIfAbsent(place, adapter) != null) {
            throw new IllegalStateException(
                    "Two adapters claim the parameter " + adapter.name() + ".");
        }
        adapter.adapter().parameters().forEach((suffix, p) -> addTensor(prefix + suffix, p));
        return this;
    }

    /** Whether an adapter acts at a layer. */
    public boolean hasLayer(String path) {
        return layers.containsKey(path);
    }

    /** The adapter at a layer, if there is one. */
    public @Nullable Adapter layer(String path) {
        return layers.get(path);
    }

    /** The tensor added under a key. */
    public Parameter tensor(String key) {
        Parameter parameter = tensors.get(key);
        if (parameter == null) {
            throw new IllegalStateException("No tensor " + key + " was added.");
        }
        return parameter;
    }

    /**
     * Adds a tensor under its file key; a key may come once. A tensor that has a key already,
     * because layers share it, gets this one as an alias: it trains and counts once.
     */
    public AdapterSetBuilder addTensor(String key, Parameter parameter) {
        if (keyed.contains(parameter) && tensors.get(key) != parameter) {
            return addAlias(key, parameter);
        }
        file.putIfAbsent(key, FileTensor.of(parameter));
        return own(key, parameter);
    }

    /**
     * Adds a tensor that files leave out: an encoder that is needed for training only, or numbers
     * that a seed gives again. Trained and counted like any other.
     */
    public AdapterSetBuilder addUnsaved(String key, Parameter parameter) {
        return own(key, parameter);
    }

    /** Adds a tensor that predictions need although PEFT's file lacks it. */
    public AdapterSetBuilder addLocalState(String key, Parameter parameter) {
        localState.put(key, parameter);
        return own(key, parameter);
    }

    /** Adds an adapter that this one is made of; it is closed along. */
    public AdapterSetBuilder addPart(AdapterSet part) {
        parts.add(part);
        return this;
    }

    /**
     * Adds another adapter of the model whose tensors this one reads, and which must stay in the
     * model as it is while this one does.
     */
    public AdapterSetBuilder addUse(AdapterSet other) {
        used.add(other);
        return this;
    }

    /** Says that a frozen tensor is no parameter to be counted, but what PyTorch calls a buffer. */
    public AdapterSetBuilder markBuffer(Parameter parameter) {
        buffers.add(parameter);
        return this;
    }

    /** Adds what a file holds under a key, in a form that is no parameter as it is. */
    public AdapterSetBuilder addFileTensor(String key, FileTensor tensor) {
        file.put(key, tensor);
        return this;
    }

    /** Adds numbers that only a training that goes on needs: neither saved nor counted. */
    public AdapterSetBuilder addState(String key, Parameter parameter) {
        state.put(key, parameter);
        return this;
    }

    private AdapterSetBuilder own(String key, Parameter parameter) {
        Parameter before = tensors.putIfAbsent(key, parameter);
        if (before != null && before != parameter) {
            throw new IllegalStateException("Two tensors claim the key " + key + ".");
        }
        keyed.add(parameter);
        return this;
    }

    /** Adds a trained copy of a parameter of a module that is saved whole. */
    public AdapterSetBuilder addSaved(String key, ParameterUse base, ModuleCopy copy) {
        savedModules.put(base, copy);
        return addTensor(key, copy.parameter());
    }

    /** Adds a trained bias. */
    public AdapterSetBuilder addBias(String key, Parameter base, Parameter copy) {
        biases.put(base, copy);
        return addTensor(key, copy);
    }

    /**
     * Adds a key under which a tensor, perhaps one of the base, is written once more.
     *
     * @see Aliases#ADAPTER_NAME
     */
    public AdapterSetBuilder addAlias(String key, Parameter parameter) {
        aliases.put(key, parameter);
        return this;
    }

    /** Sets what acts around the whole model; its tensors get keys {@code prefix + suffix}. */
    public AdapterSetBuilder optModelAdapter(String prefix, ModelAdapter adapter) {
        modelAdapter = adapter;
        adapter.parameters().forEach((suffix, p) -> addTensor(prefix + suffix, p));
        return this;
    }

    /** Adds what acts around the optimizer's step for the set as a whole. */
    public AdapterSetBuilder addStepAware(StepAware aware) {
        stepAware.add(aware);
        return this;
    }

    /**
     * Adds a term of the loss for the set as a whole; as in PEFT it stays while the adapter is
     * switched off.
     */
    public AdapterSetBuilder addPenalty(Penalized penalty) {
        penalties.add(penalty);
        return this;
    }

    /**
     * Says that this adapter depends on rows or positions, so that padding must stay and every
     * position be computed.
     */
    public AdapterSetBuilder optAllowsPacking(boolean allowed) {
        allowsPacking = allowed;
        return this;
    }

    /** Says that each call must see the whole sequence. */
    public AdapterSetBuilder optAllowsCache(boolean allowed) {
        allowsCache = allowed;
        return this;
    }

    /** Says that texts cannot change places while they grow, as in beam search. */
    public AdapterSetBuilder optAllowsBeams(boolean allowed) {
        allowsBeams = allowed;
        return this;
    }

    /**
     * Names the method. Where methods are mixed in a model, adapters of one method that come one
     * after the other share a place in the nesting around a layer.
     */
    public AdapterSetBuilder optMethod(String value) {
        method = value;
        return this;
    }

    /** Says that this adapter takes the place of whole modules: no other may act with it. */
    public AdapterSetBuilder optExclusive(boolean value) {
        exclusive = value;
        return this;
    }

    /** Says that a file with this part in a key is of an older version, to be refused. */
    public AdapterSetBuilder addRetired(String part, String reason) {
        retired.put(part, reason);
        return this;
    }

    /** The set. */
    public AdapterSet build() {
        return new AdapterSet(this);
    }
}
