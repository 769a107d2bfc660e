package io.github.peft4j.tuner.loha;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.PeftType;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.ConfigReader;
import io.github.peft4j.tuner.DefaultTargets;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.TargetModules;
import io.github.peft4j.tuner.Tuner;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** LoHa: puts an elementwise product of two low-rank products at each matched layer. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoHaTuner extends LayerTuner<LoHaConfig> {

    /** For {@code ServiceLoader}. */
    public LoHaTuner() {}

    @Override
    public PeftType type() {
        return LoHaConfig.TYPE;
    }

    @Override
    public Class<LoHaConfig> configType() {
        return LoHaConfig.class;
    }

    @Override
    public LoHaConfig parse(ConfigReader json) {
        return LoHaConfig.Builder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(LayerKind.LINEAR);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return DefaultTargets.LORA;
    }

    @Override
    protected LayerAdapters prepare(
            LoHaConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        ToIntFunction<String> ranks = config.scaling().ranks();
        ToDoubleFunction<String> alphas = config.scaling().alphas();
        return site -> {
            int r = ranks.applyAsInt(site.path());
            double scaling = alphas.applyAsDouble(site.path()) / r;
            LinearShape shape = LinearShape.of(site);
            HadamardFactors factors =
                    HadamardFactors.start(
                            set.manager(),
                            shape.out(),
                            shape.in(),
                            r,
                            config.initWeights(),
                            LayerTuner::trained);
            return new LoHaLinear(factors, scaling, config.dropout());
        };
    }

    @Override
    protected LoHaConfig resolved(LoHaConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.withTargets(targets);
    }
}
