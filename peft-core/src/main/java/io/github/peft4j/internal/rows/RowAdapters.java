package io.github.peft4j.internal.rows;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.LayerAdapter;
import io.github.peft4j.adapter.PassAdapters;
import io.github.peft4j.adapter.Penalized;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.rows.RowActivation;
import io.github.peft4j.adapter.rows.RowPlaces;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.internal.runtime.ModelAdapters;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ParameterUse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The adapters of one pass over a batch in which each row has an activation of its own. Rows of one
 * activation form a group; a layer at which groups differ is one {@link RowLayer}.
 */
public final class RowAdapters implements PassAdapters {

    private final ActiveAdapters plain;
    private final ImmutableList<Activation> activations;
    private final ImmutableList<ActiveAdapters> groups;
    private final int[] groupOf;
    private final IdentityHashMap<AdaptableLayer, ImmutableList<LayerAdapter>> around =
            new IdentityHashMap<>();

    private RowAdapters(
            ActiveAdapters plain,
            ImmutableList<Activation> activations,
            ImmutableList<ActiveAdapters> groups,
            int[] groupOf) {
        this.plain = plain;
        this.activations = activations;
        this.groups = groups;
        this.groupOf = groupOf;
    }

    /**
     * Works the activations of a batch out.
     *
     * @throws IllegalArgumentException if they do not fit the batch, a name is unknown, or an
     *     adapter cannot act on some rows alone
     * @throws IllegalStateException while adapters are merged
     */
    public static RowAdapters of(
            AdapterRegistry registry, RowActivation activation, ModelInput input) {
        if (!registry.mergedNames().isEmpty()) {
            throw new IllegalStateException(
                    "Adapters "
                            + registry.mergedNames()
                            + " are merged into the layers, which all rows of a batch share. Call"
                            + " unmergeAdapter() before a batch of several adapters.");
        }
        activation.requireRows(input.rows());
        List<Activation> rows = activation.rows();
        ImmutableList<Activation> distinct = ImmutableSet.copyOf(rows).asList();
        ImmutableList.Builder<ActiveAdapters> groups = ImmutableList.builder();
        for (Activation one : distinct) {
            for (String name : one.names()) {
                registry.adapters().entry(name).set().requireMixedBatches();
            }
            ActiveAdapters active = registry.workOut(one);
            requireNoModelAdapter(one, active);
            groups.add(active);
        }
        return new RowAdapters(
                registry.workOut(Activation.none()),
                distinct,
                groups.build(),
                rows.stream().mapToInt(distinct::indexOf).toArray());
    }

    private static void requireNoModelAdapter(Activation one, ActiveAdapters active) {
        if (!active.modelAdapters().isEmpty()) {
            throw new IllegalArgumentException(
                    "Adapters "
                            + one.names()
                            + " change the inputs of the whole model, so they cannot act on some"
                            + " rows of a batch alone, in PEFT neither. Give them a batch of their"
                            + " own.");
        }
    }

    /** Whether the model has adapters that change its inputs, of which none acts here. */
    public boolean areOff(AdapterInventory adapters) {
        return ModelAdapters.areOff(adapters, plain);
    }

    /** Calls a base whose rows these adapters act on. */
    public ModelOutput call(BaseModel base, ModelInput input, AdapterPass pass) {
        RowPlaces.begin(pass, groupOf.length);
        pass.begin(input);
        ModelOutput output = base.forward(input, pass);
        if (base.takesPenalties()) {
            Set<Penalized> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            for (int i = 0; i < groups.size(); i++) {
                output =
                        groups.get(i)
                                .penalize(
                                        output,
                                        passes(pass).get(i),
                                        one -> one.isOfModel() && seen.add(one));
            }
        }
        return output;
    }

    /** The rows of each group. */
    int[] groupOf() {
        return groupOf;
    }

    int count() {
        return groups.size();
    }

    /** A pass for each group over the same call. */
    List<AdapterPass> passes(AdapterPass pass) {
        return pass.once(
                this,
                () -> {
                    List<AdapterPass> passes = new ArrayList<>();
                    for (int i = 0; i < groups.size(); i++) {
                        passes.add(passOf(i, pass));
                    }
                    return passes;
                });
    }

    private AdapterPass passOf(int group, AdapterPass pass) {
        AdapterPass own = pass.with(groups.get(group));
        if (!groups.get(group).allowsPacking()) {
            // Where the adapter looks at the call's tokens, it must find those of its rows.
            pass.input()
                    .ifPresent(
                            input ->
                                    own.begin(
                                            RowInputs.select(
                                                    input,
                                                    groupOf,
                                                    group,
                                                    activations.get(group))));
        }
        return own;
    }

    @Override
    public ImmutableList<LayerAdapter> around(AdaptableLayer layer) {
        return around.computeIfAbsent(layer, this::find);
    }

    private ImmutableList<LayerAdapter> find(AdaptableLayer layer) {
        boolean differs = false;
        boolean weightsDiffer = false;
        for (ActiveAdapters group : groups) {
            boolean weights = changesNumbers(group, layer);
            weightsDiffer |= weights;
            differs |= weights || !group.around(layer).isEmpty();
        }
        return differs
                ? ImmutableList.of(new RowLayer(this, layer, weightsDiffer))
                : ImmutableList.of();
    }

    private boolean changesNumbers(ActiveAdapters group, AdaptableLayer layer) {
        Parameter bias = layer.bias();
        return changes(group, new ParameterUse(layer, layer.weight()))
                || (bias != null && changes(group, new ParameterUse(layer, bias)));
    }

    private boolean changes(ActiveAdapters group, ParameterUse use) {
        return !group.folds(use).isEmpty() || group.source(use) != plain.source(use);
    }

    /** The layer's adapters in a group. */
    ImmutableList<LayerAdapter> around(int group, AdaptableLayer layer) {
        return groups.get(group).around(layer);
    }

    @Override
    public ImmutableList<WeightAdapter> folds(ParameterUse use) {
        requireShared(use);
        return ImmutableList.of();
    }

    @Override
    public NDArray fold(ParameterUse use, NDArray current, AdapterPass pass) {
        return current;
    }

    @Override
    public Parameter source(ParameterUse use) {
        requireShared(use);
        return plain.source(use);
    }

    /** Where groups read different numbers, only a {@link RowLayer} may read, for each its own. */
    private void requireShared(ParameterUse use) {
        for (ActiveAdapters group : groups) {
            if (changes(group, use)) {
                throw new UnsupportedFeatureException(
                        "An adapter that only some rows of the batch have changes "
                                + use.parameter().getName()
                                + ", which is read for all rows at once. Give each adapter a batch"
                                + " of its own.");
            }
        }
    }

    @Override
    public boolean replaces(Parameter parameter) {
        return groups.stream().allMatch(group -> group.replaces(parameter));
    }

    @Override
    public ParameterUse slot(Parameter parameter) {
        return plain.slot(parameter);
    }

    @Override
    public double scale(Adapter adapter) {
        return 1; // each group's own pass knows its scales
    }

    @Override
    public boolean isFrozen(Parameter parameter) {
        return plain.isFrozen(parameter);
    }

    @Override
    public ParameterStore frozenStore(Device device) {
        return plain.frozenStore(device);
    }

    @Override
    public boolean allowsPacking() {
        return groups.stream().allMatch(ActiveAdapters::allowsPacking);
    }
}
