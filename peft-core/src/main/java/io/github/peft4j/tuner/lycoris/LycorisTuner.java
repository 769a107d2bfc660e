package io.github.peft4j.tuner.lycoris;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewLayer;
import java.util.List;

/**
 * A method of LyCORIS: gives each linear layer or convolution its own rank and strength.
 *
 * @param <C> the method's config
 */
public abstract class LycorisTuner<C extends LycorisConfig> extends LayerTuner<C> {

    /** For the methods. */
    protected LycorisTuner(ConfigType<C> configs) {
        super(configs, DefaultTargets.LORA, LayerKind.LINEAR, LayerKind.CONVOLUTION);
    }

    /**
     * Makes the adapter of a layer.
     *
     * @param r the layer's rank
     * @param scaling alpha/r
     */
    protected abstract Adapter adapter(C config, NewLayer layer, int r, double scaling);

    @Override
    protected final LayerAdapters prepare(C config, AdapterSetBuilder set, List<LayerSite> sites) {
        NamePatterns<Integer> ranks = ranks(config);
        NamePatterns<Number> alphas = alphas(config);
        return site -> {
            int r = ranks.find(site.path()).orElse(config.r());
            double alpha = alphas.find(site.path()).map(Number::doubleValue).orElse(config.alpha());
            return adapter(config, new NewLayer(set, site), r, alpha / r);
        };
    }

    @Override
    protected final ImmutableList<NamePatterns<?>> patterns(C config) {
        return ImmutableList.of(ranks(config), alphas(config));
    }

    private NamePatterns<Integer> ranks(C config) {
        return NamePatterns.compile("rank_pattern", config.rankPattern());
    }

    private NamePatterns<Number> alphas(C config) {
        return NamePatterns.compile("alpha_pattern", config.alphaPattern());
    }
}
