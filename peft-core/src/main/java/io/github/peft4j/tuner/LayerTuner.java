package io.github.peft4j.tuner;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.internal.matching.MatchableModules;
import io.github.peft4j.internal.matching.ModelModules;
import io.github.peft4j.internal.matching.SharedTables;
import io.github.peft4j.internal.matching.TargetMatch;
import io.github.peft4j.internal.matching.TargetMatcher;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A method that puts one adapter at each matched layer: does the matching, the modules that are
 * saved whole and the trained biases; the method itself makes the adapter of a layer.
 *
 * @param <C> the method's config
 */
public abstract class LayerTuner<C extends LayerConfig> implements Tuner<C> {

    /** What PEFT puts before a module's name in an adapter's file. */
    public static final String KEY_PREFIX = "base_model.model.";

    private final ConfigType<C> configs;
    private final DefaultTargets defaultTargets;
    private final ImmutableSet<LayerKind> kinds;

    /**
     * For implementations.
     *
     * @param configs the table of the method's options
     * @param defaultTargets layers to adapt where a config names none
     * @param kinds kinds of layers that the method can adapt
     */
    protected LayerTuner(ConfigType<C> configs, DefaultTargets defaultTargets, LayerKind... kinds) {
        this.configs = configs;
        this.defaultTargets = defaultTargets;
        this.kinds = ImmutableSet.copyOf(kinds);
    }

    @Override
    public final ConfigType<C> configType() {
        return configs;
    }

    private C cast(LayerConfig config) {
        return configs.configClass().cast(config);
    }

    /** Kinds of layers that the method can adapt. */
    protected Set<LayerKind> kinds() {
        return kinds;
    }

    /** Targets where the config names none. */
    protected DefaultTargets defaultTargets() {
        return defaultTargets;
    }

    /**
     * The config with what it leaves to the model filled in, besides its targets.
     *
     * @throws IllegalArgumentException if the model does not tell either
     */
    protected C complete(C config, ModelInfo info) {
        return config;
    }

    /** The same for a method that must know the layers too. */
    protected C complete(C config, BaseModel model) {
        return complete(config, model.info());
    }

    /** The layers that get an adapter, given those matched: some methods add or take some. */
    protected List<LayerSite> withCompanions(C config, BaseModel model, List<LayerSite> matched) {
        return matched;
    }

    /** Whether a long list of targets may be written shorter, as PEFT does for most methods. */
    protected boolean condensesTargets() {
        return true;
    }

    /** Refuses what the config asks for and this version lacks, before anything is made. */
    protected void checkSupported(C config) {}

    /**
     * Makes adapters for one config: everything that all layers share is made here.
     *
     * @param set where the adapters will go; tensors live in its manager, and those that belong to
     *     no single layer are added here
     * @param sites the layers that will be adapted
     */
    protected LayerAdapters prepare(C config, AdapterSetBuilder set, List<LayerSite> sites) {
        return site -> adapter(config, new NewLayer(set, site));
    }

    /**
     * Makes the adapter of a layer. A method whose layers share something overrides {@link
     * #prepare} instead.
     *
     * @throws IllegalArgumentException if the config does not fit the layer
     */
    protected Adapter adapter(C config, NewLayer layer) {
        throw new IllegalStateException(getClass() + " overrides neither adapter nor prepare.");
    }

    /**
     * The same for a method whose adapters share tensors.
     *
     * @param others the parts of the adapters that the model has already, by name
     */
    protected LayerAdapters prepare(
            C config,
            AdapterSetBuilder set,
            List<LayerSite> sites,
            Map<String, AdapterSet> others) {
        return prepare(config, set, sites);
    }

    /**
     * Refuses what does not go with the adapters that the model has already.
     *
     * @param others their configs by name
     */
    protected void checkOthers(C config, Map<String, C> others) {}

    /**
     * Warnings about an adapter next to those that the model has already.
     *
     * @param others their configs by name
     */
    protected List<String> warningsAmong(C config, Map<String, C> others) {
        return ImmutableList.of();
    }

    /** What becomes of the config when this adapter is saved. */
    protected UnaryOperator<C> saving(AdapterSet set) {
        return UnaryOperator.identity();
    }

    /** Makes the adapter of a layer. */
    @FunctionalInterface
    protected interface LayerAdapters {
        /** The adapter at a site; its tensors live in the set's manager. */
        Adapter at(LayerSite site);
    }

    /** Whether the config adapts something of the model besides layers, so that none must match. */
    protected boolean reachesFurther(C config, BaseModel model) {
        return false;
    }

    /**
     * Adds what the config trains besides the adapters of its layers.
     *
     * @return warnings
     */
    protected List<String> addFurther(C config, NewAdapter adapter) {
        return ImmutableList.of();
    }

    /**
     * What a layer is called in the file.
     *
     * @param adapted all layers that get an adapter
     */
    protected String keyPath(LayerSite site, List<LayerSite> adapted) {
        return site.path();
    }

    /** Whether modules that are saved whole keep sharing the tables that they share in the base. */
    protected boolean tiesSavedModules(C config) {
        return false;
    }

    /** Which biases the config trains along. */
    protected Bias biasRule(C config) {
        return config.bias();
    }

    /** The config with the targets found, and how the weights of the layers are stored. */
    protected C resolved(C config, TargetModules targets, List<LayerSite> sites) {
        return cast(config.resolved(targets, stored -> transposed(stored, sites)));
    }

    /**
     * The options that single layers out by name. Keys that match none of the adapted layers are
     * warned of.
     */
    protected List<NamePatterns<?>> patterns(C config) {
        return ImmutableList.of();
    }

    /** More warnings about a config and what it matched. */
    protected List<String> warnings(C config, List<LayerSite> adapted) {
        return ImmutableList.of();
    }

    @Override
    public final CreatedAdapter<C> attach(CreateRequest<C> request) {
        C config = complete(request.config(), request.model());
        checkSupported(config);
        checkOthers(config, request.others());
        BaseModel model = request.model();
        TargetMatch match = match(config, model);
        refuseHeads(match, request.lateModulesToSave());
        List<LayerSite> adapted = withCompanions(config, model, sites(model, match.adapted()));
        NDManager manager = newManager(model);
        try {
            AdapterSetBuilder set = AdapterSet.builder(manager).optMethod(config.peftType().name());
            LayerAdapters adapters = prepare(config, set, adapted, request.otherSets());
            for (LayerSite site : adapted) {
                Adapter adapter = adapters.at(site);
                refuseWeightOnly(site, adapter);
                set.addLayer(KEY_PREFIX, keyPath(site, adapted), site.path(), adapter);
            }
            List<String> saved = savedPaths(model, match, request.lateModulesToSave());
            if (tiesSavedModules(config)) {
                SharedTables.addReaders(model, saved);
            }
            ModulesToSave whole = new ModulesToSave(set, model, KEY_PREFIX, saved);
            if (tiesSavedModules(config)) {
                whole.addTiedCopies();
            } else {
                whole.addCopies();
            }
            whole.addBiases(biasRule(config), adapted);
            List<String> further = addFurther(config, new NewAdapter(set, model, adapted, saved));
            ImmutableList<String> warnings =
                    ImmutableList.<String>builder()
                            .addAll(match.warnings())
                            .addAll(unmatched(patterns(config), adapted))
                            .addAll(warnings(config, adapted))
                            .addAll(warningsAmong(config, request.others()))
                            .addAll(further)
                            .addAll(SharedTables.warnOfWeights(model, set, adapted))
                            .addAll(SharedTables.warnOfCopies(model, saved))
                            .build();
            TargetModules found = withLate(match.targets(), request.lateModulesToSave());
            AdapterSet built = set.build();
            return new CreatedAdapter<>(
                    resolved(config, found, adapted), built, warnings, saving(built));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private TargetMatch match(C config, BaseModel model) {
        String modelType = model.info().modelType();
        MatchableModules modules = ModelModules.of(model, config.taskType().orElse(null));
        if (reachesFurther(config, model)) {
            TargetModules targets = defaultTargets().resolveIfAny(config.targets(), modelType);
            return TargetMatcher.matchIfAny(targets, modules, kinds());
        }
        TargetModules targets = defaultTargets().resolve(config.targets(), modelType);
        return condensesTargets()
                ? TargetMatcher.match(targets, modules, kinds())
                : TargetMatcher.matchAsGiven(targets, modules, kinds());
    }

    /**
     * Whether the weights of the adapted layers are stored as [in, out]: PEFT corrects {@code
     * fan_in_fan_out} by what the layers are, and saves it so.
     *
     * @param configured what the config says, which stays where no layer decides
     */
    protected static boolean transposed(boolean configured, List<LayerSite> sites) {
        boolean transposed = configured;
        for (LayerSite site : sites) {
            if (site.kind().isLinear()) {
                transposed = site.kind() == LayerKind.CONV1D_TRANSPOSED;
            }
        }
        return transposed;
    }

    private static ImmutableList<String> unmatched(
            List<NamePatterns<?>> patterns, List<LayerSite> adapted) {
        List<String> paths = adapted.stream().map(LayerSite::path).toList();
        return patterns.stream()
                .flatMap(option -> option.unmatchedWarning(paths).stream())
                .collect(ImmutableList.toImmutableList());
    }

    private static NDManager newManager(BaseModel model) {
        NDManager manager = Engines.newManager(model.device());
        manager.setName("peft adapter");
        return manager;
    }

    private static void refuseHeads(TargetMatch match, List<String> heads) {
        for (String path : match.adapted()) {
            for (String head : heads) {
                if (path.endsWith(head)) {
                    throw new IllegalArgumentException(
                            "target_modules selects "
                                    + path
                                    + ", the head, which is trained and saved whole for this task."
                                    + " Leave it out: optExcludeModules(\""
                                    + head
                                    + "\"), or name the layers instead of all-linear.");
                }
            }
        }
    }

    private static void refuseWeightOnly(LayerSite site, Adapter adapter) {
        if (site.block() instanceof AdaptableLayer) {
            return;
        }
        if (!(adapter instanceof WeightAdapter weight)) {
            throw new IllegalArgumentException(
                    "Layer "
                            + site.path()
                            + " ("
                            + site.block().getClass().getName()
                            + ") gives adapters its weight only, and this method needs its"
                            + " activations. Use the layers of io.github.peft4j.nn.");
        }
        String reason = weight.needsActivation();
        if (reason != null) {
            throw new IllegalArgumentException(
                    reason
                            + ", but layer "
                            + site.path()
                            + " ("
                            + site.block().getClass().getName()
                            + ") gives adapters its weight only. Set it to 0, or use the layers of"
                            + " io.github.peft4j.nn.");
        }
    }

    private static List<LayerSite> sites(BaseModel model, List<String> paths) {
        Set<String> wanted = ImmutableSet.copyOf(paths);
        return model.sites().stream().filter(site -> wanted.contains(site.path())).toList();
    }

    private static List<String> savedPaths(BaseModel model, TargetMatch match, List<String> late) {
        List<String> paths = new ArrayList<>(match.saved());
        for (LayerSite site : model.sites()) {
            if (late.stream().anyMatch(site.path()::endsWith) && !paths.contains(site.path())) {
                paths.add(site.path());
            }
        }
        return paths;
    }

    private static TargetModules withLate(TargetModules targets, List<String> late) {
        if (late.isEmpty()) {
            return targets;
        }
        List<String> names = targets.modulesToSave();
        List<String> all = new ArrayList<>(names == null ? ImmutableList.of() : names);
        late.stream().filter(name -> !all.contains(name)).forEach(all::add);
        return targets.withModulesToSave(all);
    }
}
