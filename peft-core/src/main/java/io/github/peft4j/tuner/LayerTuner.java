package io.github.peft4j.tuner;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import io.github.peft4j.TaskType;
import io.github.peft4j.adapter.AdaptableLayer;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.SavedParameter;
import io.github.peft4j.adapter.WeightAdapter;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.WeightSlot;
import io.github.peft4j.model.WeightSlots;
import io.github.peft4j.ops.Copies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A method that puts one adapter at each matched layer: does the matching, the modules that are
 * saved whole and the trained biases; the method itself makes the adapter of a layer.
 *
 * @param <C> the method's config
 */
public abstract class LayerTuner<C extends TargetedConfig> implements Tuner<C> {

    /** What PEFT puts before a module's name in an adapter's file. */
    public static final String KEY_PREFIX = "base_model.model.";

    /** For implementations. */
    protected LayerTuner() {}

    /** Kinds of layers that the method can adapt. */
    protected abstract ImmutableSet<LayerKind> kinds();

    /** Targets where the config names none. */
    protected abstract DefaultTargets defaultTargets();

    /** Refuses what the config asks for and this version lacks, before anything is made. */
    protected abstract void checkSupported(C config);

    /**
     * Makes adapters for one config: everything that all layers share is made here.
     *
     * @param set where the adapters will go; tensors live in its manager, and those that belong to
     *     no single layer are added here
     * @param sites the layers that will be adapted
     */
    protected abstract LayerAdapters prepare(
            C config, AdapterSet.Builder set, List<LayerSite> sites);

    /** Makes the adapter of a layer. */
    @FunctionalInterface
    protected interface LayerAdapters {
        /** The adapter at a site; its tensors live in the set's manager. */
        Adapter at(LayerSite site);
    }

    /** Which biases the config trains along. */
    protected abstract BiasRule biasRule(C config);

    /** The config with the targets found. */
    protected abstract C resolved(C config, TargetModules targets, List<LayerSite> sites);

    /** More warnings about a config and what it matched. */
    protected ImmutableList<String> warnings(C config, List<LayerSite> adapted) {
        return ImmutableList.of();
    }

    @Override
    public final Attachment<C> attach(AttachRequest<C> request) {
        C config = request.config();
        checkSupported(config);
        BaseModel model = request.model();
        TargetModules targets =
                defaultTargets().resolve(config.targets(), model.info().modelType());
        TargetMatch match = TargetMatcher.match(targets, matchable(model, config), kinds());
        refuseHeads(match, request.lateModulesToSave());
        List<LayerSite> adapted = sites(model, match.adapted());
        NDManager manager = newManager(model);
        try {
            AdapterSet.Builder set = AdapterSet.builder(manager);
            LayerAdapters adapters = prepare(config, set, adapted);
            for (LayerSite site : adapted) {
                Adapter adapter = adapters.at(site);
                refuseWeightOnly(site, adapter);
                set.addLayer(KEY_PREFIX, site.path(), adapter);
            }
            List<String> saved = savedPaths(model, match, request.lateModulesToSave());
            addSavedModules(set, model, saved);
            addBiases(set, model, biasRule(config), adapted, saved);
            ImmutableList<String> warnings =
                    ImmutableList.<String>builder()
                            .addAll(match.warnings())
                            .addAll(warnings(config, adapted))
                            .addAll(sharedWeights(model, adapted))
                            .build();
            TargetModules found = withLate(match.targets(), request.lateModulesToSave());
            return new Attachment<>(resolved(config, found, adapted), set.build(), warnings);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** A tensor of an adapter: trained, and named without dots, which DJL gives a meaning. */
    protected static Parameter trained(String name, NDArray array) {
        Parameter parameter =
                Parameter.builder().setName(name).setType(Parameter.Type.WEIGHT).build();
        parameter.setArray(array);
        parameter.freeze(false);
        return parameter;
    }

    private static NDManager newManager(BaseModel model) {
        NDManager manager = NDManager.newBaseManager(model.device(), "PyTorch");
        manager.setName("peft adapter");
        return manager;
    }

    private static MatchableModules matchable(BaseModel model, TargetedConfig config) {
        List<ModuleInfo> modules = model.sites().stream().map(ModuleInfo::of).toList();
        MatchableModules all = MatchableModules.of(modules);
        String leftOut = leftOut(model.info(), modules, config);
        return leftOut == null ? all : all.leaveOutOfAllLinear(leftOut);
    }

    private static @Nullable String leftOut(
            ModelInfo info, List<ModuleInfo> modules, TargetedConfig config) {
        if (info.modelType() == null) {
            return null; // a plain block: PEFT's rule is for pretrained transformers
        }
        if (info.outputEmbedding() != null) {
            return info.outputEmbedding();
        }
        if (config.taskType().orElse(null) != TaskType.SEQ_CLS) {
            return null;
        }
        for (String head : new String[] {"score", "classifier"}) {
            if (modules.stream().anyMatch(module -> module.path().equals(head))) {
                return head;
            }
        }
        return null;
    }

    private static void refuseHeads(TargetMatch match, ImmutableList<String> heads) {
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

    /** Python PEFT merges into the weight itself, and so into every layer that reads it. */
    private static ImmutableList<String> sharedWeights(BaseModel model, List<LayerSite> adapted) {
        WeightSlots slots = new WeightSlots(model);
        for (LayerSite site : adapted) {
            Parameter weight = site.requireWeight();
            for (LayerSite other : model.sites()) {
                boolean reads =
                        other.weight() != null
                                && slots.held(other.weight()) == slots.held(weight)
                                && other.block() != site.block();
                if (reads) {
                    return ImmutableList.of(
                            "The layers "
                                    + site.path()
                                    + " and "
                                    + other.path()
                                    + " share one weight (tie_word_embeddings). Without"
                                    + " ensure_weight_tying the adapter acts on "
                                    + site.path()
                                    + " alone, here also when it is merged; Python PEFT changes"
                                    + " both when it merges.");
                }
            }
        }
        return ImmutableList.of();
    }

    private static List<LayerSite> sites(BaseModel model, List<String> paths) {
        Set<String> wanted = ImmutableSet.copyOf(paths);
        return model.sites().stream().filter(site -> wanted.contains(site.path())).toList();
    }

    private static List<String> savedPaths(
            BaseModel model, TargetMatch match, ImmutableList<String> late) {
        List<String> paths = new ArrayList<>(match.saved());
        for (LayerSite site : model.sites()) {
            if (late.stream().anyMatch(site.path()::endsWith) && !paths.contains(site.path())) {
                paths.add(site.path());
            }
        }
        return paths;
    }

    private static TargetModules withLate(TargetModules targets, ImmutableList<String> late) {
        if (late.isEmpty()) {
            return targets;
        }
        List<String> names = targets.modulesToSave();
        List<String> all = new ArrayList<>(names == null ? ImmutableList.of() : names);
        late.stream().filter(name -> !all.contains(name)).forEach(all::add);
        return targets.withModulesToSave(all);
    }

    private static void addSavedModules(
            AdapterSet.Builder set, BaseModel model, List<String> saved) {
        WeightSlots slots = new WeightSlots(model);
        for (Map.Entry<String, WeightSlot> entry : slots.named().entrySet()) {
            for (String module : saved) {
                if (entry.getKey().startsWith(module + ".")) {
                    Parameter copy = copy(set.manager(), slots.shown(entry.getValue()));
                    set.addSaved(
                            KEY_PREFIX + entry.getKey(),
                            entry.getValue(),
                            new SavedParameter(module, copy));
                    break;
                }
            }
        }
    }

    private static void addBiases(
            AdapterSet.Builder set,
            BaseModel model,
            BiasRule rule,
            List<LayerSite> adapted,
            List<String> saved) {
        if (rule == BiasRule.NONE) {
            return;
        }
        for (Map.Entry<String, Parameter> entry : model.parameters().entrySet()) {
            String key = entry.getKey();
            if (!key.equals("bias") && !key.endsWith(".bias")) {
                continue;
            }
            String path = key.equals("bias") ? "" : key.substring(0, key.length() - 5);
            String module = Iterables.find(saved, name -> key.startsWith(name + "."), null);
            boolean isAdapted = Iterables.any(adapted, site -> site.path().equals(path));
            if (module != null && rule == BiasRule.ALL) {
                addWrappedBias(set, key, module, entry.getValue());
            }
            if (module != null || (rule == BiasRule.ADAPTED_LAYERS && !isAdapted)) {
                continue;
            }
            String name = KEY_PREFIX + (isAdapted ? path + ".base_layer.bias" : key);
            set.addBias(name, entry.getValue(), copy(set.manager(), entry.getValue()));
        }
    }

    /** A module that is saved whole has its biases in the file thrice: PEFT collects by name. */
    private static void addWrappedBias(
            AdapterSet.Builder set, String key, String module, Parameter original) {
        String rest = key.substring(module.length());
        Parameter copy = set.tensor(KEY_PREFIX + key);
        set.addAlias(KEY_PREFIX + module + ".modules_to_save" + rest, copy);
        set.addAlias(KEY_PREFIX + module + ".original_module" + rest, original);
    }

    private static Parameter copy(NDManager manager, Parameter original) {
        NDArray array = Copies.detached(original.getArray());
        array.attach(manager);
        return trained(original.getName(), array);
    }
}
