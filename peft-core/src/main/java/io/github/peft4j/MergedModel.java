package io.github.peft4j;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import com.google.common.collect.Sets;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.engine.RunningPasses;
import io.github.peft4j.internal.runtime.ActiveAdapters;
import io.github.peft4j.internal.runtime.AdapterRegistry;
import io.github.peft4j.internal.runtime.FrozenBase;
import io.github.peft4j.internal.runtime.MergedWeights;
import io.github.peft4j.internal.runtime.ModelBackedBlock;
import io.github.peft4j.internal.store.MergedCheckpoint;
import io.github.peft4j.model.CheckpointOrigin;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.model.ParameterUse;
import io.github.peft4j.store.SaveCheckpointOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A base with adapters merged into its weights. Holds the merged weights, shares all others with
 * the base, which stays as it was; needs the base to stay open. It is a base model itself: {@link
 * PeftModels} puts new adapters over it.
 */
public final class MergedModel extends ModelBackedBlock implements BaseModel, AutoCloseable {

    private final BaseModel base;
    private final MergedWeights own;
    private final FrozenBase frozen;
    private final RunningPasses passes = new RunningPasses("The merged model");
    private final ActiveAdapters merged;
    private final ImmutableMap<String, Parameter> weights;
    private final ImmutableMap<ParameterUse, Parameter> substitutes;
    private final ImmutableList<LayerSite> sites;

    private MergedModel(BaseModel base, MergedWeights own) {
        super(base);
        this.base = base;
        this.own = own;
        ParameterUses slots = new ParameterUses(base);
        weights = weights(base, slots, own.parameters());
        sites =
                base.sites().stream()
                        .map(site -> shown(site, slots, own.parameters()))
                        .collect(ImmutableList.toImmutableList());
        substitutes =
                ImmutableMap.<ParameterUse, Parameter>builder()
                        .putAll(base.substitutes())
                        .putAll(own.parameters())
                        .buildKeepingLast();
        frozen = new FrozenBase(weights.values());
        merged = ActiveAdapters.substituting(frozen, substitutes);
    }

    /** A shared parameter has another name of its own where its layers read different ones now. */
    private static ImmutableMap<String, Parameter> weights(
            BaseModel base, ParameterUses slots, ImmutableMap<ParameterUse, Parameter> replaced) {
        Map<String, Parameter> weights = new LinkedHashMap<>();
        Set<Parameter> seen = Sets.newIdentityHashSet();
        slots.named()
                .forEach(
                        (name, slot) -> {
                            Parameter shown = replaced.getOrDefault(slot, slots.shown(slot));
                            if (seen.add(shown) || base.parameters().containsKey(name)) {
                                weights.put(name, shown);
                            }
                        });
        return ImmutableMap.copyOf(weights);
    }

    private static LayerSite shown(
            LayerSite site, ParameterUses slots, ImmutableMap<ParameterUse, Parameter> replaced) {
        return new LayerSite(
                site.path(),
                site.kind(),
                site.block(),
                shown(site, site.weight(), slots, replaced),
                shown(site, site.bias(), slots, replaced));
    }

    private static @Nullable Parameter shown(
            LayerSite site,
            @Nullable Parameter parameter,
            ParameterUses slots,
            ImmutableMap<ParameterUse, Parameter> replaced) {
        return parameter == null
                ? null
                : replaced.getOrDefault(slots.at(site, parameter), parameter);
    }

    /** Folds these adapters; saved modules and biases are those of the registry's activation. */
    static MergedModel of(AdapterRegistry registry, List<String> names) {
        BaseModel base = registry.base();
        return registry.reading(
                () -> new MergedModel(base, MergedWeights.of(base, registry::asWeights, names)));
    }

    /** Predicts; records no graph. */
    public ModelOutput forward(ModelInput input) {
        try (Gradients off = Gradients.off()) {
            ParameterStore store = new ParameterStore(own.manager(), false);
            return forward(input, AdapterPass.over(store, input.manager(), false));
        }
    }

    @Override
    public ModelOutput forward(ModelInput input, AdapterPass pass) {
        // A pass of adapters over this model serves the merged weights already.
        AdapterPass own = pass.serves(substitutes) ? pass : pass.with(merged);
        return passes.run(() -> base.forward(input, own));
    }

    @Override
    public Map<ParameterUse, Parameter> substitutes() {
        return substitutes;
    }

    /** The merged weights where there are any, else those of the base, by checkpoint key. */
    @Override
    public Map<String, Parameter> parameters() {
        return weights;
    }

    /** Those of the base: no adapter is merged into a buffer. */
    @Override
    public Set<Parameter> buffers() {
        return base.buffers();
    }

    @Override
    public Block block() {
        return this;
    }

    @Override
    public ModelInput toInput(NDList data, NDList labels) {
        return base.toInput(data, labels);
    }

    @Override
    public NDList toList(ModelOutput output) {
        return base.toList(output);
    }

    @Override
    public List<LayerSite> sites() {
        return sites;
    }

    @Override
    public ModelInfo info() {
        return base.info();
    }

    @Override
    public List<String> labels() {
        return base.labels();
    }

    /** Those of the base that no merged adapter brought. */
    @Override
    public Map<String, Parameter> freshParameters() {
        return ImmutableMap.copyOf(
                Maps.filterEntries(
                        base.freshParameters(),
                        fresh -> weights.get(fresh.getKey()) == fresh.getValue()));
    }

    @Override
    public Optional<CheckpointOrigin> origin() {
        return base.origin();
    }

    /**
     * Writes a whole checkpoint, which needs neither the base nor the adapters: {@link
     * #savePretrained(Path, SaveCheckpointOptions)} in the types of the base's file.
     */
    public void savePretrained(Path directory) throws IOException {
        savePretrained(directory, SaveCheckpointOptions.DEFAULT);
    }

    /**
     * Writes a whole checkpoint, which needs neither the base nor the adapters: config.json, the
     * weights, and the files of tokenizer and generation. {@code from_pretrained} of the class that
     * {@code architectures} names loads it in Python. All files are complete before the first old
     * one is replaced. Layers that share a weight in the base and no longer do are written apart,
     * with {@code tie_word_embeddings} false. Weights and the files of tokenizer and generation
     * that an older checkpoint left there are deleted; other files stay. Warns of a head that is
     * random.
     *
     * @throws IllegalStateException if the base was not loaded from a checkpoint
     * @throws IllegalArgumentException if the directory is the base's own or an adapter's, or a
     *     weight is too large for F16
     * @throws IOException if a file cannot be read or written
     */
    public void savePretrained(Path directory, SaveCheckpointOptions options) throws IOException {
        passes.run(
                () -> {
                    save(directory, options);
                    return directory;
                });
    }

    private void save(Path directory, SaveCheckpointOptions options) throws IOException {
        ParameterUses slots = new ParameterUses(this);
        Map<String, Parameter> all = new LinkedHashMap<>();
        slots.named().forEach((name, slot) -> all.put(name, slots.shown(slot)));
        for (LayerSite site : sites) {
            // An output layer may keep its bias above itself, and finds it there only while tied.
            if (site.path().equals(info().outputEmbedding()) && site.bias() != null) {
                all.putIfAbsent(site.path() + ".bias", site.bias());
            }
        }
        boolean tied =
                slots.named().values().stream()
                        .collect(
                                Collectors.groupingBy(
                                        ParameterUse::parameter,
                                        IdentityHashMap::new,
                                        Collectors.mapping(slots::shown, Collectors.toSet())))
                        .values()
                        .stream()
                        .allMatch(shown -> shown.size() == 1);
        new MergedCheckpoint(info(), origin(), options)
                .save(directory, tied ? weights : all, tied, freshParameters().keySet());
    }

    @Override
    public ParameterList getDirectParameters() {
        ParameterList list = new ParameterList();
        weights.forEach(list::add);
        return list;
    }

    @Override
    public ModelOutput run(ModelInput input, ParameterStore store, boolean training) {
        return forward(input, AdapterPass.over(store, input.manager(), training));
    }

    /** Waits for running passes and frees the merged weights; the base stays open. */
    @Override
    public void close() {
        passes.close(
                () -> {
                    own.close();
                    frozen.close();
                });
    }

    @Override
    public String toString() {
        return "Merged" + base.info().className();
    }
}
