package io.github.peft4j.adapter;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDResource;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.ops.TensorOps;
import io.github.peft4j.ops.frozen.LowRank;
import io.github.peft4j.precision.FrozenForm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One forward pass and the adapters that act in it.
 *
 * <p>DJL hands the {@code ParameterStore} of a call to every block, so this one reaches every
 * layer: our own layers call {@link #apply}, which runs adapters on activations; any other block
 * calls {@link #getValue} and receives the adapted weight, computed once a pass.
 *
 * <p>Weights come as aliases that belong to the manager of the call's input, so that nothing an
 * operation makes from them can land in a long-lived manager. Base weights come without a gradient
 * even where the base would train them; adapter tensors come from the wrapped store, so that a DJL
 * {@code Trainer} learns of adapters added after its start. A pass serves one call in one thread.
 */
public final class AdapterPass extends ParameterStore {

    private static final PassAdapters NONE = PassAdapters.none();

    private final ParameterStore store;
    private final NDManager scope;
    private final boolean training;
    private final boolean recording;
    private final PassAdapters active;
    private final IdentityHashMap<Parameter, NDArray> values = new IdentityHashMap<>();
    private final Map<Object, Object> shared = new HashMap<>();
    private @Nullable ModelInput input;
    private boolean adapted;
    private boolean random;

    /**
     * A pass of these adapters.
     *
     * @param store where adapter tensors are read
     * @param scope manager of the call's input; everything the pass makes lives in it
     * @param training whether dropout acts
     */
    public AdapterPass(
            ParameterStore store, NDManager scope, boolean training, PassAdapters active) {
        super(store.getManager(), false);
        this.store = store;
        this.scope = scope;
        this.training = training;
        this.active = active;
        recording = Gradients.isOn();
    }

    /** A pass without adapters, over one call whose input lives in this manager. */
    public static AdapterPass bare(NDManager scope, boolean training) {
        return over(new ParameterStore(scope, false), scope, training);
    }

    /** The given store if it is a pass already, else one without adapters over it. */
    public static AdapterPass over(ParameterStore store, NDManager scope, boolean training) {
        return store instanceof AdapterPass pass
                ? pass
                : new AdapterPass(store, scope, training, NONE);
    }

    /**
     * A further pass of the same adapters over the same input, with nothing computed yet; it
     * records gradients if the thread does now.
     */
    public AdapterPass another() {
        return of(active);
    }

    /** A pass of other adapters for the same call, with nothing computed yet. */
    public AdapterPass with(PassAdapters others) {
        return of(others);
    }

    private AdapterPass of(PassAdapters adapters) {
        AdapterPass pass = new AdapterPass(store, scope, training, adapters);
        pass.input = input;
        return pass;
    }

    /** Tells what the model is called with, for adapters that look at more than their layer. */
    public void begin(ModelInput call) {
        input = call;
    }

    /** What the model is called with; empty where a layer or a base is called by itself. */
    public Optional<ModelInput> input() {
        return Optional.ofNullable(input);
    }

    /** Runs a layer of ours with the adapters that act on it. */
    public NDArray apply(AdaptableLayer layer, NDArray x) {
        List<LayerAdapter> around = around(layer);
        BaseLayer below = new Bound(layer);
        for (LayerAdapter adapter : around) {
            below = adapter.over(below, this);
        }
        return below.forward(x);
    }

    /** Whether an adapter reads a copy of its own instead of this parameter. */
    public boolean replaces(Parameter parameter) {
        return active.replaces(parameter);
    }

    /** The adapters around a layer, innermost first: for blocks that fuse several layers. */
    public List<LayerAdapter> around(AdaptableLayer layer) {
        List<LayerAdapter> around = active.around(layer);
        adapted |= !around.isEmpty();
        return around;
    }

    /**
     * Whether an adapter, or a tensor that is none of the frozen base, had a part in what this pass
     * has computed so far.
     */
    public boolean isAdapted() {
        return adapted;
    }

    /** Whether something in this pass has drawn random numbers so far, as dropout does. */
    public boolean isRandom() {
        return random;
    }

    /** Takes note that a block draws random numbers, so that another pass gives other results. */
    public void noteRandom() {
        random = true;
    }

    /**
     * Whether nothing acts on a layer and its weight does not train: a block may then compute the
     * layer's gradient by hand, from the frozen weight alone.
     */
    public boolean isPlain(AdaptableLayer layer) {
        if (!active.around(layer).isEmpty()) {
            return false;
        }
        ParameterUse slot = new ParameterUse(layer, layer.weight());
        Parameter source = active.source(slot);
        return active.folds(slot).isEmpty() && !trains(source, stored(source));
    }

    /** Whether a parameter gets a gradient in this pass; DJL does not tell it of an alias. */
    private boolean trains(Parameter source, NDArray array) {
        return recording && !active.isFrozen(source) && array.hasGradient();
    }

    /** The factor on an adapter's contribution, 1 unless the activation says otherwise. */
    public double scale(Adapter adapter) {
        return active.scale(adapter);
    }

    /** Whether dropout acts. */
    public boolean training() {
        return training;
    }

    /** Whether something stands in for each of these parameters already. */
    public boolean serves(Map<ParameterUse, Parameter> substitutes) {
        return substitutes.keySet().stream()
                .allMatch(slot -> active.source(slot) != slot.parameter());
    }

    /** Manager of the call's input. */
    public NDManager scope() {
        return scope;
    }

    /**
     * Whether tokens may be laid end to end without padding, and positions left out that nobody
     * reads: true unless an active adapter depends on rows or positions.
     */
    public boolean allowsPacking() {
        return active.allowsPacking();
    }

    /** A parameter's numbers for this pass, as an alias in the input's manager. */
    public NDArray value(Parameter parameter) {
        return alias(active.source(new ParameterUse(null, parameter)));
    }

    private NDArray alias(Parameter source) {
        adapted |= !active.isFrozen(source);
        NDArray known = values.get(source);
        if (known == null) {
            known = read(source);
            values.put(source, known);
        }
        return known;
    }

    /**
     * A value that several layers share, computed by the first that asks. An array moves to the
     * pass's manager: the first layer may compute in one that closes after it.
     */
    @SuppressWarnings("unchecked") // one key, one type: the caller's contract
    public <T> T once(Object key, Supplier<T> supplier) {
        Object known = shared.get(key);
        if (known == null) {
            known = supplier.get();
            if (known instanceof NDResource resource) {
                resource.attach(scope);
            }
            shared.put(key, known);
        }
        return (T) known;
    }

    /**
     * What a block that reads its own weights receives: the adapted weight where one is adapted.
     */
    @Override
    public @Nullable NDArray getValue(
            @Nullable Parameter parameter, Device device, boolean isTraining) {
        if (parameter == null) {
            return null; // DJL's blocks ask for optional parameters by null
        }
        return effective(parameter);
    }

    @Override
    public NDManager getManager() {
        return store.getManager();
    }

    @Override
    public void updateAllParameters() {
        store.updateAllParameters();
    }

    @Override
    public void sync() {
        store.sync();
    }

    /**
     * The parameter with every weight form folded in, innermost first, for those who are no layer
     * of ours; a layer asks for its {@link #weight} and {@link #bias}.
     */
    public NDArray effective(Parameter parameter) {
        return effective(active.slot(parameter));
    }

    /** What is read in this slot, with every weight form folded in, innermost first. */
    public NDArray effective(ParameterUse slot) {
        NDArray current = alias(active.source(slot));
        if (active.folds(slot).isEmpty()) {
            return current;
        }
        adapted = true;
        return once(slot, () -> active.fold(slot, current, this));
    }

    /** A layer's weight with every weight form folded in; tied layers may get different ones. */
    public NDArray weight(AdaptableLayer layer) {
        return effective(new ParameterUse(layer, layer.weight()));
    }

    /** A layer's bias with every weight form folded in, or null if it has none. */
    public @Nullable NDArray bias(AdaptableLayer layer) {
        Parameter bias = layer.bias();
        return bias == null ? null : effective(new ParameterUse(layer, bias));
    }

    /**
     * What acts on a linear layer, where that is its own frozen weight and bias and products of two
     * thin matrices besides: for blocks that compute several layers in one call.
     *
     * @return the products, innermost first; null where something else acts on the layer
     */
    public @Nullable List<LowRank> lowRanks(AdaptableLayer layer) {
        List<LowRank> products = new ArrayList<>();
        for (LayerAdapter adapter : around(layer)) {
            LowRank product = adapter instanceof DeltaAdapter delta ? delta.lowRank(this) : null;
            if (product == null) {
                return null;
            }
            products.add(product);
        }
        return isUnchanged(layer) ? products : null;
    }

    /** Whether a layer is computed from its own frozen weight and bias, and no adapter is there. */
    public boolean isBare(AdaptableLayer layer) {
        return active.around(layer).isEmpty() && isUnchanged(layer);
    }

    private boolean isUnchanged(AdaptableLayer layer) {
        Parameter bias = layer.bias();
        return !recording
                && isOwn(new ParameterUse(layer, layer.weight()))
                && (bias == null || isOwn(new ParameterUse(layer, bias)));
    }

    /** Whether what is read in this slot is the layer's own parameter as it was loaded. */
    private boolean isOwn(ParameterUse slot) {
        return active.source(slot) == slot.parameter() && active.folds(slot).isEmpty();
    }

    private NDArray read(Parameter source) {
        NDArray array = stored(source);
        if (HeldNumbers.isHeld(array)) {
            NDArray wide = HeldNumbers.float32(array);
            wide.attach(scope);
            return wide;
        }
        NDArray alias =
                trains(source, array) ? array.reshape(array.getShape()) : array.stopGradient();
        if (isRunningStatistic(source) && active.isFrozen(source)) {
            // A stock batch norm writes these in any training forward; the base must not move.
            try (NDArray original = alias) {
                alias = TensorOps.detached(original);
            }
        }
        alias.attach(scope);
        return alias;
    }

    private NDArray stored(Parameter source) {
        return active.isFrozen(source)
                ? active.frozenStore(scope.getDevice()).getValue(source, scope.getDevice(), false)
                : store.getValue(source, scope.getDevice(), training);
    }

    private static boolean isRunningStatistic(Parameter parameter) {
        return parameter.getType() == Parameter.Type.RUNNING_MEAN
                || parameter.getType() == Parameter.Type.RUNNING_VAR;
    }

    /** The layer itself. */
    private final class Bound implements BaseLayer {

        private final AdaptableLayer layer;

        Bound(AdaptableLayer layer) {
            this.layer = layer;
        }

        @Override
        public NDArray forward(NDArray x) {
            FrozenForm form = recording ? null : layer.frozenForm();
            return form != null && isOwn(new ParameterUse(layer, layer.weight()))
                    ? form.forward(x, bias())
                    : layer.compute(x, AdapterPass.this.weight(layer), bias());
        }

        @Override
        public NDArray weight() {
            return layer.canonical(alias(active.source(new ParameterUse(layer, layer.weight()))));
        }

        @Override
        public @Nullable NDArray bias() {
            return AdapterPass.this.bias(layer);
        }

        @Override
        public double outputScale() {
            return layer.outputScale();
        }
    }
}
