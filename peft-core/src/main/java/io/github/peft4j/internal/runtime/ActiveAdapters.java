package io.github.peft4j.internal.runtime;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ListMultimap;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.adapter.PassAdapters;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.ModuleCopy;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.weights.WeightComposition;
import io.github.peft4j.internal.weights.WeightFolds;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ParameterUse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An {@link Activation} worked out for one model: for each layer the adapters that act on it, for
 * each parameter what takes its place. Immutable, so any number of passes share it.
 */
public final class ActiveAdapters implements PassAdapters {

    private static final ActiveAdapters NONE =
            new ActiveAdapters(FrozenBase.none(), Activation.none());

    private final FrozenBase base;
    private final IdentityHashMap<Block, ImmutableList<LayerAdapter>> layers =
            new IdentityHashMap<>();
    private final WeightFolds folds = new WeightFolds();
    private final Map<ParameterUse, LayerSite> foldedLayers = new HashMap<>();
    private final IdentityHashMap<Parameter, Parameter> held = new IdentityHashMap<>();
    private final Map<ParameterUse, Parameter> substitutes = new HashMap<>();
    private final IdentityHashMap<Adapter, Double> scales = new IdentityHashMap<>();
    private final List<ModelAdapter> modelAdapters = new ArrayList<>();
    private final Set<Penalized> penalized = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean packing = true;

    private final Activation activation;

    private ActiveAdapters(FrozenBase base, Activation activation) {
        this.base = base;
        this.activation = activation;
    }

    /** No adapters over a base that trains as it likes. */
    public static ActiveAdapters none() {
        return NONE;
    }

    /** No adapters, only parameters that take the place of others: a merged model. */
    public static ActiveAdapters substituting(FrozenBase base, Map<ParameterUse, Parameter> by) {
        ActiveAdapters active = new ActiveAdapters(base, Activation.none());
        active.substitutes.putAll(by);
        return active;
    }

    /**
     * Works an activation out.
     *
     * @param sets all adapters of the model by name
     * @throws IllegalArgumentException if a name is unknown, or two active adapters own a copy of
     *     the same module
     */
    public static ActiveAdapters of(
            BaseModel model, FrozenBase base, Map<String, AdapterSet> sets, Activation activation) {
        return of(model, base, sets, activation, null);
    }

    /**
     * Adapters in their weight form: what merging folds. Modules that are saved whole and trained
     * biases stay those of this activation.
     *
     * @param names adapters to fold, the first innermost
     * @throws IllegalArgumentException if an adapter changes the model's inputs
     * @throws UnsupportedFeatureException if an adapter has no weight form
     */
    public ActiveAdapters asWeights(
            BaseModel model, Map<String, AdapterSet> sets, List<String> names) {
        if (!modelAdapters.isEmpty()) {
            throw new IllegalArgumentException(
                    "Adapters "
                            + activation.names()
                            + " change the model's inputs, so there is nothing to merge into its"
                            + " weights, in PEFT's merge_and_unload neither. Keep them unmerged.");
        }
        return of(model, base, sets, activation, names);
    }

    /**
     * The same, except in layers that some adapters are merged into: there the merged weights stand
     * in for the base's, and no adapter acts.
     *
     * @param merged the names of those adapters
     * @param weights merged weights and biases, by where they are read
     */
    public ActiveAdapters over(
            BaseModel model,
            Map<String, AdapterSet> sets,
            List<String> merged,
            Map<ParameterUse, Parameter> weights) {
        ActiveAdapters over = of(model, base, sets, activation);
        ParameterUses slots = new ParameterUses(model);
        for (LayerSite site : model.sites()) {
            if (activation.actsAt(site.path()) && over.isMerged(site, sets, merged)) {
                over.layers.remove(site.block());
                over.substitute(slots, site, site.weight(), weights);
                over.substitute(slots, site, site.bias(), weights);
            }
        }
        for (String name : merged) {
            AdapterSet set = ActivationRules.require(sets, name);
            set.atParameters().keySet().forEach(place -> over.substitute(place, weights));
        }
        return over;
    }

    private boolean isMerged(LayerSite site, Map<String, AdapterSet> sets, List<String> merged) {
        return merged.stream()
                .map(sets::get)
                .anyMatch(set -> set != null && set.layers().containsKey(site.path()));
    }

    private void substitute(
            ParameterUses slots,
            LayerSite site,
            @Nullable Parameter original,
            Map<ParameterUse, Parameter> weights) {
        if (original != null) {
            substitute(slots.at(site, original), weights);
        }
    }

    private void substitute(ParameterUse slot, Map<ParameterUse, Parameter> weights) {
        folds.remove(slot);
        Parameter weight = weights.get(slot);
        if (weight != null) {
            substitutes.put(slot, weight);
        }
    }

    private static ActiveAdapters of(
            BaseModel model,
            FrozenBase base,
            Map<String, AdapterSet> sets,
            Activation activation,
            @Nullable List<String> folded) {
        ActiveAdapters active = new ActiveAdapters(base, activation);
        ParameterUses slots = new ParameterUses(model);
        model.substitutes().forEach(active::standIn);
        List<AdapterSet> acting = new ArrayList<>();
        for (String name : activation.names()) {
            AdapterSet set = ActivationRules.require(sets, name);
            acting.add(set);
            active.penalized.addAll(set.penalties());
        }
        Map<String, AdapterSet> inLayers = new LinkedHashMap<>();
        for (String name : folded == null ? activation.names() : folded) {
            AdapterSet set = ActivationRules.require(sets, name);
            inLayers.put(name, set);
            active.addScale(name, set, activation.scaleOf(name));
        }
        ActivationRules.refuseCompany(inLayers);
        if (!activation.names().isEmpty()) {
            // PEFT trains biases in the base itself: they outlive disabling and switching.
            for (AdapterSet set : sets.values()) {
                set.biases().forEach((p, copy) -> active.substitutes.put(active.slot(p), copy));
            }
        }
        for (LayerSite site : model.sites()) {
            if (activation.actsAt(site.path())) {
                Map<String, AdapterSet> here = LayerStack.nested(site.path(), sets, inLayers);
                active.addLayer(slots, site, here, folded != null);
            }
        }
        active.addAtParameters(inLayers);
        active.refuseSharedWeights(model);
        if (activation.enabled()) {
            Set<ParameterUse> copied = new HashSet<>();
            for (AdapterSet set : acting) {
                active.addSavedModules(set, activation, copied);
                set.modelAdapter().ifPresent(active.modelAdapters::add);
                set.modelAdapter().ifPresent(active::addPenalty);
                active.packing &= set.allowsPacking();
            }
            ActivationRules.refuseSeveralAroundTheModel(activation, active.modelAdapters);
        }
        return active;
    }

    /** Adapters around the whole model, outermost first. */
    public ImmutableList<ModelAdapter> modelAdapters() {
        return ImmutableList.copyOf(modelAdapters);
    }

    /**
     * The output with penalties of the acting adapters added to its loss; as it is if it has no
     * loss.
     *
     * @param which those to add
     */
    public ModelOutput penalize(ModelOutput output, AdapterPass pass, Predicate<Penalized> which) {
        NDArray loss = output.get(ModelOutput.LOSS).orElse(null);
        if (loss == null || penalized.stream().noneMatch(which)) {
            return output;
        }
        for (Penalized adapter : penalized) {
            if (which.test(adapter)) {
                loss = loss.add(adapter.penalty(pass));
            }
        }
        return output.with(ModelOutput.LOSS, loss);
    }

    @Override
    public ImmutableList<LayerAdapter> around(AdaptableLayer layer) {
        return layers.getOrDefault(layer, ImmutableList.of());
    }

    @Override
    public ImmutableList<WeightAdapter> folds(ParameterUse slot) {
        return folds.at(slot);
    }

    @Override
    public NDArray fold(ParameterUse slot, NDArray current, AdapterPass pass) {
        return folds.apply(slot, current, pass);
    }

    @Override
    public Parameter source(ParameterUse slot) {
        Parameter own = substitutes.get(slot);
        if (own == null && slot.layer() != null) {
            own = substitutes.get(new ParameterUse(null, slot.parameter()));
        }
        return own == null ? slot.parameter() : own;
    }

    /**
     * Whether another value is read there.
     *
     * @param shown the parameter that the base shows there
     */
    public boolean changes(ParameterUse slot, Parameter shown) {
        return !folds(slot).isEmpty() || source(slot) != shown;
    }

    @Override
    public ParameterUse slot(Parameter shown) {
        return new ParameterUse(null, held.getOrDefault(shown, shown));
    }

    @Override
    public double scale(Adapter adapter) {
        return scales.getOrDefault(adapter, 1.0);
    }

    @Override
    public boolean isFrozen(Parameter parameter) {
        return base.contains(parameter);
    }

    @Override
    public ParameterStore frozenStore(Device device) {
        return base.store(device);
    }

    @Override
    public boolean allowsPacking() {
        return packing;
    }

    private void standIn(ParameterUse slot, Parameter shown) {
        held.put(shown, slot.parameter());
        substitutes.put(slot, shown);
    }

    private void addScale(String name, AdapterSet set, double scale) {
        if (scale != 1.0) {
            AdapterScales.require(set, name, scale);
            set.layers().values().forEach(adapter -> scales.put(adapter, scale));
            set.atParameters().values().forEach(bare -> scales.put(bare.adapter(), scale));
        }
    }

    private void addLayer(
            ParameterUses slots,
            LayerSite site,
            Map<String, AdapterSet> acting,
            boolean weightsOnly) {
        boolean activations = !weightsOnly && site.block() instanceof AdaptableLayer;
        LayerStack stack = LayerStack.at(site.path(), acting, activations);
        stack.all().forEach(this::addPenalty);
        if (!stack.around().isEmpty()) {
            layers.put(site.block(), stack.around());
        }
        if (!stack.weights().isEmpty()) {
            ImmutableList<WeightAdapter> all = stack.weights();
            ParameterUse weight = slots.at(site, site.requireWeight());
            foldedLayers.putIfAbsent(weight, site);
            folds.put(weight, all, WeightComposition.weight(site));
            if (site.bias() != null) {
                folds.put(slots.at(site, site.bias()), all, WeightComposition.bias());
            }
        }
    }

    /** What acts at a bare parameter lies beneath what acts at the layer that reads it. */
    private void addAtParameters(Map<String, AdapterSet> acting) {
        ListMultimap<ParameterUse, WeightAdapter> found = ArrayListMultimap.create();
        for (AdapterSet set : acting.values()) {
            set.atParameters()
                    .forEach(
                            (place, bare) -> {
                                if (activation.actsAt(bare.owner())) {
                                    found.put(place, bare.adapter());
                                }
                            });
        }
        found.asMap().forEach((place, own) -> folds.putBeneath(place, own));
    }

    private void addPenalty(Adapter adapter) {
        if (adapter instanceof Penalized one) {
            penalized.add(one);
        }
    }

    /**
     * What changes in the hands of a layer that does not say who it is reaches every layer that
     * reads it, and not all of them were asked for.
     */
    private void refuseSharedWeights(BaseModel model) {
        for (LayerSite site : model.sites()) {
            LayerSite folded = site.weight() == null ? null : foldedLayers.get(slot(site.weight()));
            if (folded != null && folded.block() != site.block()) {
                throw new UnsupportedFeatureException(
                        "Layers "
                                + folded.path()
                                + " and "
                                + site.path()
                                + " share one weight, so the adapter at one of them cannot act"
                                + " through the weight, or be merged, without changing the other."
                                + " Keep it unmerged, and use the layers of io.github.peft4j.nn.");
            }
        }
    }

    private void addSavedModules(AdapterSet set, Activation activation, Set<ParameterUse> copied) {
        for (Map.Entry<ParameterUse, ModuleCopy> entry : set.savedModules().entrySet()) {
            ModuleCopy saved = entry.getValue();
            if (!activation.actsAt(saved.modulePath())) {
                continue;
            }
            if (!copied.add(entry.getKey())) {
                throw new IllegalArgumentException(
                        "Adapters "
                                + activation.names()
                                + " each own a copy of "
                                + saved.modulePath()
                                + "; only one copy can act. Activate one of them, or train the"
                                + " others without modules_to_save.");
            }
            substitutes.put(entry.getKey(), saved.parameter());
        }
    }
}
