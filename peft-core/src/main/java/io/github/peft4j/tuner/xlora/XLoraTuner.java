package io.github.peft4j.tuner.xlora;

import ai.djl.ndarray.NDManager;
import com.google.auto.service.AutoService;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.tuner.CreateRequest;
import io.github.peft4j.tuner.CreatedAdapter;
import io.github.peft4j.tuner.Tuner;
import java.util.ArrayList;
import java.util.List;

/** X-LoRA: loads LoRA experts and puts a router around the model that weights them. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class XLoraTuner implements Tuner<XLoraConfig> {

    /** For {@code ServiceLoader}. */
    public XLoraTuner() {}

    @Override
    public ConfigType<XLoraConfig> configType() {
        return XLoraConfig.TYPE;
    }

    @Override
    public CreatedAdapter<XLoraConfig> attach(CreateRequest<XLoraConfig> request) {
        XLoraConfig config = request.config();
        check(config, request.model().info());
        ImmutableMap<String, CreatedAdapter<?>> experts = Experts.load(config, request.source());
        NDManager manager = Engines.newManager(request.model().device());
        manager.setName("peft adapter");
        try {
            AdapterSetBuilder set = AdapterSet.builder(manager);
            experts.values().forEach(expert -> set.addPart(expert.set()));
            set.optAllowsPacking(false).optAllowsCache(false);
            List<LayerSite> sites = adapted(request.model(), experts);
            XLoraRouter router =
                    new XLoraRouter(XLoraClassifier.add(config, set, sites.size()), config);
            set.optModelAdapter("", router);
            for (int i = 0; i < sites.size(); i++) {
                LayerSite site = sites.get(i);
                boolean embedding = site.kind() == LayerKind.EMBEDDING;
                ImmutableList<XLoraLayer.Expert> here = at(site, experts);
                set.addLayer("", site.path(), new XLoraLayer(router, i, here, embedding));
            }
            Experts.addTensors(set, experts, config.useTrainableAdapters());
            return new CreatedAdapter<>(
                    config,
                    set.build(),
                    Experts.warnings(experts),
                    XLoraConfig::withExpertsBelow,
                    experts);
        } catch (RuntimeException e) {
            manager.close();
            experts.values().forEach(expert -> expert.set().close());
            throw e;
        }
    }

    private static List<LayerSite> adapted(
            BaseModel model, ImmutableMap<String, CreatedAdapter<?>> experts) {
        List<LayerSite> sites = new ArrayList<>();
        for (LayerSite site : model.sites()) {
            if (!at(site, experts).isEmpty()) {
                sites.add(site);
            }
        }
        return sites;
    }

    private static ImmutableList<XLoraLayer.Expert> at(
            LayerSite site, ImmutableMap<String, CreatedAdapter<?>> experts) {
        ImmutableList.Builder<XLoraLayer.Expert> here = ImmutableList.builder();
        int number = 0;
        for (CreatedAdapter<?> expert : experts.values()) {
            if (expert.set().layers().get(site.path()) instanceof DeltaAdapter adapter) {
                here.add(new XLoraLayer.Expert(number, adapter));
            }
            number++;
        }
        return here.build();
    }

    /**
     * Refuses a base that cannot be run twice a call, or whose hidden states have another size.
     *
     * @throws IllegalArgumentException with the cure
     */
    private static void check(XLoraConfig config, ModelInfo info) {
        Object cached = info.config().getOrDefault("use_cache", true);
        Preconditions.checkArgument(
                info.modelType() == null || Boolean.FALSE.equals(cached),
                "use_cache of the base is %s; it must be False: X-LoRA runs the base twice a call."
                        + " Load the base with LoadOptions.builder().addConfigOverride("
                        + "\"use_cache\", false).",
                cached);
        Preconditions.checkArgument(
                !config.adapters().isEmpty(),
                "adapters is empty; X-LoRA needs LoRA adapters to weight. Name their directories:"
                        + " optAdapters(Map.of(\"0\", ..., \"1\", ...)).");
        Object size = info.config().get("hidden_size");
        Preconditions.checkArgument(
                !(size instanceof Number number) || number.intValue() == config.hiddenSize(),
                "hidden_size is %s, but hidden states of the base have size %s. Set it to that.",
                config.hiddenSize(),
                size);
    }
}
