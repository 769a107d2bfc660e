package io.github.peft4j.internal.runtime;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The adapters of a model at one moment, and which of them act: what a pass sees from its start to
 * its end.
 */
final class RegistryState {

    /** Rows of a batch may each have another activation; scales without end are not kept. */
    private static final int MAX_KNOWN = 1024;

    private final BaseModel base;
    private final FrozenBase frozen;
    private final AdapterInventory adapters;
    private final Activation chosen;
    private final ImmutableList<DisableScope> silences;
    private final @Nullable MergedWeights merged;
    private final Map<Activation, ActiveAdapters> known;
    private final Activation shown;
    private final ActiveAdapters active;

    private RegistryState(
            BaseModel base,
            FrozenBase frozen,
            AdapterInventory adapters,
            Activation chosen,
            ImmutableList<DisableScope> silences,
            @Nullable MergedWeights merged,
            Map<Activation, ActiveAdapters> known) {
        this.base = base;
        this.frozen = frozen;
        this.adapters = adapters;
        this.chosen = chosen;
        this.silences = silences;
        this.merged = merged;
        this.known = known;
        Activation visible = chosen;
        for (DisableScope silence : silences) {
            visible = silence.over(visible);
        }
        shown = visible;
        active = workOut(visible);
    }

    /** No adapters. */
    static RegistryState empty(BaseModel base, FrozenBase frozen) {
        return new RegistryState(
                base,
                frozen,
                AdapterInventory.EMPTY,
                Activation.none(),
                ImmutableList.of(),
                null,
                new ConcurrentHashMap<>());
    }

    /** Another state of the same model; what is worked out stays so if the adapters do. */
    @SuppressWarnings("ReferenceEquality") // the same adapters, not adapters that look alike
    RegistryState with(
            AdapterInventory others,
            Activation choice,
            ImmutableList<DisableScope> scopes,
            @Nullable MergedWeights weights) {
        return new RegistryState(
                base,
                frozen,
                others,
                choice,
                scopes,
                weights,
                others == adapters && weights == merged ? known : new ConcurrentHashMap<>());
    }

    AdapterInventory adapters() {
        return adapters;
    }

    /** What was made active. */
    Activation chosen() {
        return chosen;
    }

    /** Scopes that switch adapters off. */
    ImmutableList<DisableScope> silences() {
        return silences;
    }

    /** What is chosen under the silences. */
    Activation shown() {
        return shown;
    }

    @Nullable MergedWeights merged() {
        return merged;
    }

    ActiveAdapters active() {
        return active;
    }

    /** An activation worked out for these adapters, once. */
    ActiveAdapters workOut(Activation activation) {
        ActiveAdapters found = known.get(activation);
        if (found != null) {
            return found;
        }
        ImmutableMap<String, AdapterSet> sets = adapters.sets();
        ActiveAdapters made = ActiveAdapters.of(base, frozen, sets, activation);
        if (merged != null) {
            made = made.over(base, sets, merged.names(), merged.parameters());
        }
        if (known.size() < MAX_KNOWN) {
            known.put(activation, made);
        }
        return made;
    }
}
