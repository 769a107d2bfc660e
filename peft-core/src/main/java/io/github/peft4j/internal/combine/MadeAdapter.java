package io.github.peft4j.internal.combine;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.exception.NoMatchingModuleException;
import io.github.peft4j.internal.runtime.AdapterInventory;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.tuner.CreatedAdapter;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An adapter that is made of others: attached to their layers, filled, and then published. */
final class MadeAdapter {

    private MadeAdapter() {}

    /** Gives the tensors of a new adapter values. */
    @FunctionalInterface
    interface Filling {

        /**
         * Fills them.
         *
         * @param set its tensors have no values yet
         * @param scratch where the values live until the set has taken them
         */
        void fill(AdapterSet set, NDManager scratch);
    }

    /**
     * Makes an adapter and publishes it; nothing has changed if that fails.
     *
     * @param layers the paths of those at which it acts
     * @param sources adapters whose modules that are saved whole it takes along
     */
    static void publish(
            AdapterRegistry registry,
            String name,
            PeftConfig config,
            Set<String> layers,
            List<AdapterSet> sources,
            Filling filling) {
        CreatedAdapter<?> made = attach(registry, name, config, layers);
        try (NDManager scratch = Engines.newManager(registry.base().device());
                Gradients off = Gradients.off()) {
            filling.fill(made.set(), scratch);
            sources.forEach(made.set()::initializeSavedFrom);
            made.set().initialize();
            registry.publish(
                    name, AdapterInventory.Entry.of(made, LoadReport.ofNew(made.warnings())));
        } catch (RuntimeException e) {
            made.set().close();
            throw e;
        }
    }

    /** By the targets of the config or, where those select other layers, by the layers' names. */
    private static CreatedAdapter<?> attach(
            AdapterRegistry registry, String name, PeftConfig config, Set<String> layers) {
        CreatedAdapter<?> byTargets = tryTargets(registry, name, config, layers);
        if (byTargets != null) {
            return byTargets;
        }
        LayerConfig named =
                ((LayerConfig) config).withTargets(byName((LayerConfig) config, layers));
        CreatedAdapter<?> byName = registry.attach(name, named);
        Set<String> reached = byName.set().layers().keySet();
        if (!reached.equals(layers)) {
            byName.set().close();
            throw new IllegalArgumentException(
                    "The new adapter would act at other layers than those it is made of; they"
                            + " differ in "
                            + Text.of(Sets.symmetricDifference(reached, layers))
                            + ". Give the adapters the same target_modules.");
        }
        return byName;
    }

    private static @Nullable CreatedAdapter<?> tryTargets(
            AdapterRegistry registry, String name, PeftConfig config, Set<String> layers) {
        CreatedAdapter<?> created;
        try {
            created = registry.attach(name, config);
        } catch (NoMatchingModuleException e) {
            return null; // exclusions or indices of one adapter that do not fit the others
        }
        if (created.set().layers().keySet().equals(layers) || !(config instanceof LayerConfig)) {
            return created;
        }
        created.set().close();
        return null;
    }

    private static TargetModules byName(LayerConfig config, Set<String> layers) {
        List<String> saved = config.targets().modulesToSave();
        return TargetModules.DEFAULT
                .withTargetModules(OneOrMany.many(ImmutableSet.copyOf(layers)))
                .withModulesToSave(saved == null ? null : ImmutableList.copyOf(saved));
    }
}
