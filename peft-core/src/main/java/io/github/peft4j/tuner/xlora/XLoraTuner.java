package io.github.peft4j.tuner.xlora;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.AttachRequest;
import io.github.peft4j.tuner.Attachment;
import io.github.peft4j.tuner.Tuner;
import java.util.ArrayList;
import java.util.List;

/** X-LoRA: loads LoRA experts and puts a router around the model that weights them. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class XLoraTuner implements Tuner<XLoraConfig> {

    private static final String KEY = "base_model.internal_xlora_classifier.layers.";

    /** For {@code ServiceLoader}. */
    public XLoraTuner() {}

    @Override
    public PeftType type() {
        return XLoraConfig.TYPE;
    }

    @Override
    public Class<XLoraConfig> configType() {
        return XLoraConfig.class;
    }

    @Override
    public XLoraConfig parse(ConfigReader json) {
        return XLoraConfig.read(json);
    }

    @Override
    public Attachment<XLoraConfig> attach(AttachRequest<XLoraConfig> request) {
        XLoraConfig config = request.config();
        XLoraRules.check(config, request.model().info());
        ImmutableMap<String, Attachment<?>> experts = Experts.load(config, request.source());
        NDManager manager = NDManager.newBaseManager(request.model().device(), "PyTorch");
        manager.setName("peft adapter");
        try {
            AdapterSet.Builder set = AdapterSet.builder(manager);
            experts.values().forEach(expert -> set.addPart(expert.set()));
            set.optAllowsPacking(false).optAllowsCache(false);
            List<LayerSite> sites = adapted(request.model(), experts);
            XLoraRouter router =
                    new XLoraRouter(classifier(config, set, sites.size()), config.weighting());
            set.optModelAdapter("", router);
            for (int i = 0; i < sites.size(); i++) {
                LayerSite site = sites.get(i);
                boolean embedding = site.kind() == LayerKind.EMBEDDING;
                ImmutableList<XLoraLayer.Expert> here = at(site, experts);
                set.addLayer("", site.path(), new XLoraLayer(router, i, here, embedding));
            }
            Experts.addTensors(set, experts, config.useTrainableAdapters());
            return new Attachment<>(
                    config,
                    set.build(),
                    ImmutableList.of(),
                    XLoraConfig::withExpertsBelow,
                    experts);
        } catch (RuntimeException e) {
            manager.close();
            experts.values().forEach(expert -> expert.set().close());
            throw e;
        }
    }

    private static List<LayerSite> adapted(
            BaseModel model, ImmutableMap<String, Attachment<?>> experts) {
        List<LayerSite> sites = new ArrayList<>();
        for (LayerSite site : model.sites()) {
            if (!at(site, experts).isEmpty()) {
                sites.add(site);
            }
        }
        return sites;
    }

    private static ImmutableList<XLoraLayer.Expert> at(
            LayerSite site, ImmutableMap<String, Attachment<?>> experts) {
        ImmutableList.Builder<XLoraLayer.Expert> here = ImmutableList.builder();
        int number = 0;
        for (Attachment<?> expert : experts.values()) {
            if (expert.set().layers().get(site.path()) instanceof DeltaAdapter adapter) {
                here.add(new XLoraLayer.Expert(number, adapter));
            }
            number++;
        }
        return here.build();
    }

    private static XLoraClassifier classifier(
            XLoraConfig config, AdapterSet.Builder set, int adaptedLayers) {
        XLoraClassifierShape shape = config.classifier();
        int experts = config.adapters().size();
        int scored = shape.layerwiseScalings() ? adaptedLayers : 1;
        int between = shape.xloraDropoutP().doubleValue() > 0 ? 3 : 2; // linear, ReLU, dropout
        ImmutableList.Builder<XLoraClassifier.Layer> layers = ImmutableList.builder();
        for (int i = 0; i < shape.xloraDepth(); i++) {
            boolean last = i == shape.xloraDepth() - 1;
            long in = i == 0 ? config.hiddenSize() : shape.xloraSize();
            long out = last ? (long) experts * scored : shape.xloraSize();
            layers.add(layer(config, set, i * between, in, out));
        }
        return new XLoraClassifier(
                layers.build(),
                scored,
                experts,
                shape.xloraDropoutP().doubleValue(),
                config.weighting());
    }

    private static XLoraClassifier.Layer layer(
            XLoraConfig config, AdapterSet.Builder set, int position, long in, long out) {
        float bound = (float) (1 / Math.sqrt((double) in));
        NDManager manager = set.manager();
        Parameter weight =
                Experts.tensor("weight", manager.randomUniform(-bound, bound, new Shape(out, in)));
        Parameter bias =
                Experts.tensor("bias", manager.randomUniform(-bound, bound, new Shape(out)));
        // PEFT takes ".0." for the name of expert 0, and so loses the classifier's own layer 0.
        boolean lost = config.adapters().containsKey(String.valueOf(position));
        add(set, KEY + position + ".weight", weight, lost);
        add(set, KEY + position + ".bias", bias, lost);
        return new XLoraClassifier.Layer(position, weight, bias);
    }

    private static void add(AdapterSet.Builder set, String key, Parameter parameter, boolean lost) {
        if (lost) {
            set.addBeside(key, parameter);
        } else {
            set.addTensor(key, parameter);
        }
    }
}
