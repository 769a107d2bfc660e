package io.github.peft4j.tuner.lora.attach;

import ai.djl.ndarray.NDArray;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.ConvertedAdapter;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraLayer;
import io.github.peft4j.tuner.lora.layer.LoraVariant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Low-rank adaptation: puts A and B at each matched linear layer, convolution or embedding. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoraTuner extends LayerTuner<LoraConfig> {

    /** For {@code ServiceLoader}. */
    public LoraTuner() {
        super(
                LoraConfig.TYPE,
                DefaultTargets.LORA,
                LayerKind.LINEAR,
                LayerKind.CONV1D_TRANSPOSED,
                LayerKind.EMBEDDING,
                LayerKind.CONVOLUTION);
    }

    @Override
    protected void checkSupported(LoraConfig config) {
        config.requireSupported();
        LoraVariants.of(config);
    }

    @Override
    protected void checkOthers(LoraConfig config, Map<String, LoraConfig> others) {
        LoraVariants.checkOthers(config, others);
    }

    @Override
    protected LayerAdapters prepare(
            LoraConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        LoraVariant variant = LoraVariants.of(config);
        NamePatterns<Integer> ranks = config.ranks();
        NamePatterns<Number> alphas = config.alphas();
        List<Adapter> made = new ArrayList<>();
        variant.complete(config, set, made);
        return site -> {
            int rank = ranks.find(site.path()).orElse(config.r());
            double alpha =
                    alphas.find(site.path()).map(Number::doubleValue).orElse(config.loraAlpha());
            double scaling = alpha / (config.useRslora() ? Math.sqrt(rank) : rank);
            NewLayer layer = new NewLayer(set, site);
            Adapter adapter = adapter(variant, new LoraLayer(config, layer, rank, scaling));
            made.add(adapter);
            return adapter;
        };
    }

    private static Adapter adapter(LoraVariant variant, LoraLayer layer) {
        return switch (layer.layer().kind()) {
            case LINEAR, CONV1D_TRANSPOSED -> variant.linear(layer);
            case EMBEDDING -> variant.embedding(layer);
            case CONVOLUTION -> variant.convolution(layer);
            default -> throw new IllegalStateException("Not among kinds(): " + layer);
        };
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
    public ConvertedAdapter<LoraConfig> convert(
            LoraConfig config, Map<String, NDArray> trained, Map<String, NDArray> start) {
        return PlainForm.of(config, trained, start);
    }

    @Override
    public Map<String, NDArray> start(AdapterSet set) {
        return PlainForm.start(set);
    }
}
