package io.github.peft4j.tuner.lora.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.combine.PairMethod;
import io.github.peft4j.combine.PairNames;
import io.github.peft4j.combine.SummableMethod;
import io.github.peft4j.combine.Summand;
import io.github.peft4j.combine.SwappableMethod;
import io.github.peft4j.combine.WeightedAdapterOptions;
import io.github.peft4j.combine.WeightedSum;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.frozen.LowRank;
import io.github.peft4j.tuner.ConvertedAdapter;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewAdapter;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.combine.HotSwap;
import io.github.peft4j.tuner.lora.combine.LoraSum;
import io.github.peft4j.tuner.lora.combine.PairForm;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Low-rank adaptation: puts A and B at each matched linear layer, convolution or embedding. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoraTuner extends LayerTuner<LoraConfig>
        implements SummableMethod<LoraConfig>, PairMethod<LoraConfig>, SwappableMethod<LoraConfig> {

    /** For {@code ServiceLoader}. */
    public LoraTuner() {
        super(
                LoraConfig.TYPE,
                DefaultTargets.LORA,
                LayerKind.LINEAR,
                LayerKind.CONV1D_TRANSPOSED,
                LayerKind.EMBEDDING,
                LayerKind.CONVOLUTION,
                LayerKind.ATTENTION);
    }

    @Override
    protected void checkSupported(LoraConfig config) {
        config.requireSupported();
        LoraVariants.of(config);
    }

    @Override
    protected void checkOthers(LoraConfig config, Map<String, LoraConfig> others) {
        LoraVariants.checkOthers(config, others);
        BareParameters.checkOthers(config, others);
    }

    @Override
    protected LayerAdapters prepare(
            LoraConfig config,
            AdapterSetBuilder set,
            List<LayerSite> sites,
            Map<String, AdapterSet> others) {
        LoraVariant variant = LoraVariants.of(config).among(config, others);
        NamePatterns<Integer> ranks = config.ranks();
        NamePatterns<Number> alphas = config.alphas();
        List<Adapter> made = new ArrayList<>();
        variant.complete(config, set, made);
        return site -> {
            LoraLayer layer = layer(config, set, site, ranks, alphas);
            Adapter adapter =
                    Attentions.isInside(site, sites)
                            ? variant.attentionOutput(layer)
                            : adapter(variant, layer);
            made.add(adapter);
            return adapter;
        };
    }

    private static LoraLayer layer(
            LoraConfig config,
            AdapterSetBuilder set,
            LayerSite site,
            NamePatterns<Integer> ranks,
            NamePatterns<Number> alphas) {
        int rank = ranks.find(site.path()).orElse(config.r());
        double scaling = PairForm.scale(config, ranks, alphas, site.path());
        return new LoraLayer(config, new NewLayer(set, site), rank, scaling);
    }

    private static Adapter adapter(LoraVariant variant, LoraLayer layer) {
        return switch (layer.layer().kind()) {
            case LINEAR, CONV1D_TRANSPOSED -> variant.linear(layer);
            case EMBEDDING -> variant.embedding(layer);
            case CONVOLUTION -> variant.convolution(layer);
            case ATTENTION -> variant.attention(layer);
            default -> throw new IllegalStateException("Not among kinds(): " + layer);
        };
    }

    @Override
    protected LoraConfig complete(LoraConfig config, BaseModel model) {
        ReplicatedLayers.check(model, config);
        return new TiedTables(model).complete(config);
    }

    @Override
    public BaseModel baseFor(BaseModel base, LoraConfig config) {
        return ReplicatedLayers.of(base, config);
    }

    @Override
    protected List<LayerSite> withCompanions(
            LoraConfig config, BaseModel model, List<LayerSite> matched) {
        return Attentions.withOutputs(
                model, new TiedTables(model).withoutFollowers(config, matched));
    }

    @Override
    protected String keyPath(LayerSite site, List<LayerSite> adapted) {
        return Attentions.keyPath(site, adapted);
    }

    @Override
    protected boolean tiesSavedModules(LoraConfig config) {
        return config.ensureWeightTying();
    }

    @Override
    protected List<String> addFurther(LoraConfig config, NewAdapter adapter) {
        NamePatterns<Integer> ranks = config.ranks();
        NamePatterns<Number> alphas = config.alphas();
        Function<LayerSite, LoraLayer> layers =
                site -> layer(config, adapter.set(), site, ranks, alphas);
        BaseModel model = adapter.model();
        return ImmutableList.<String>builder()
                .addAll(new TiedTables(model).addFollowers(config, adapter, layers))
                .addAll(new BareParameters(config, model).add(config, adapter, layers))
                .addAll(config.addFurther(adapter))
                .build();
    }

    @Override
    protected boolean reachesFurther(LoraConfig config, BaseModel model) {
        return new BareParameters(config, model).any();
    }

    @Override
    protected ImmutableList<NamePatterns<?>> patterns(LoraConfig config) {
        return ImmutableList.of(config.ranks(), config.alphas());
    }

    @Override
    protected ImmutableList<String> warnings(LoraConfig config, List<LayerSite> adapted) {
        return LoraLayerWarnings.about(config, adapted);
    }

    @Override
    protected List<String> warningsAmong(LoraConfig config, Map<String, LoraConfig> others) {
        return LoraVariants.warningsAmong(config, others);
    }

    @Override
    public ConvertedAdapter<LoraConfig> convert(
            LoraConfig config, Map<String, NDArray> trained, Map<String, NDArray> start) {
        return PlainForm.of(config, trained, start);
    }

    @Override
    public Map<String, NDArray> start(AdapterSet set) {
        return PlainForm.start(set);
    }

    @Override
    public WeightedSum<LoraConfig> weightedSum(
            List<Summand<LoraConfig>> summands, WeightedAdapterOptions options) {
        return new LoraSum(summands, options);
    }

    @Override
    public LoraConfig pairConfig(LayerConfig source, Map<String, Integer> ranks) {
        return PairForm.config(source, ranks);
    }

    @Override
    public void requirePairLayer(LayerSite site) {
        PairForm.requireLayer(site);
    }

    @Override
    public void requirePlainPairs(String name, LoraConfig config) {
        PairForm.requirePlain(name, config);
    }

    @Override
    public void fillPairs(AdapterSet set, Map<String, LowRank> pairs, NDManager keep) {
        PairForm.fill(set, pairs, keep);
    }

    @Override
    public LoraConfig swapped(String name, LoraConfig now, LoraConfig next) {
        return HotSwap.swapped(name, now, next);
    }

    @Override
    public void silence(AdapterSet set, List<String> missing) {
        HotSwap.silence(set, missing);
    }

    @Override
    public List<List<String>> factors(LoraConfig config) {
        return PairForm.factors(config);
    }

    @Override
    public List<PairNames> pairNames() {
        return PairForm.NAMES;
    }

    @Override
    public double pairScale(LoraConfig config, String path) {
        return PairForm.scale(config, path);
    }
}
