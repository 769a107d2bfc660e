package io.github.peft4j.tuner.loha;

import ai.djl.ndarray.NDManager;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.target.NamePatterns;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.KernelAdapter;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
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
        return ImmutableSet.of(LayerKind.LINEAR, LayerKind.CONVOLUTION);
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
            return site.kind() == LayerKind.CONVOLUTION
                    ? convolution(config, set.manager(), ConvolutionShape.of(site), r, scaling)
                    : linear(config, set.manager(), LinearShape.of(site), r, scaling);
        };
    }

    private static Adapter linear(
            LoHaConfig config, NDManager manager, LinearShape shape, int r, double scaling) {
        HadamardFactors factors = flat(config, manager, shape.out(), shape.in(), r);
        return new LoHaLinear(factors, scaling, config.dropout());
    }

    private static Adapter convolution(
            LoHaConfig config, NDManager manager, ConvolutionShape shape, int r, double scaling) {
        shape.requireAxes(LoHaConfig.TYPE, 1, 2);
        boolean tucker = config.useEffectiveConv2d() && !shape.isPointwise();
        return new KernelAdapter(
                shape,
                tucker
                        ? new LoHaKernel(
                                TuckerFactors.start(
                                        manager,
                                        shape,
                                        r,
                                        config.initWeights(),
                                        LayerTuner::trained),
                                scaling,
                                config.dropout())
                        : new LoHaKernel(
                                flat(config, manager, shape.out(), shape.columns(), r),
                                scaling,
                                config.dropout()));
    }

    private static HadamardFactors flat(
            LoHaConfig config, NDManager manager, long out, long in, int r) {
        return HadamardFactors.start(
                manager, out, in, r, config.initWeights(), LayerTuner::trained);
    }

    @Override
    protected ImmutableList<NamePatterns<?>> patterns(LoHaConfig config) {
        return config.scaling().patterns();
    }

    @Override
    protected LoHaConfig resolved(LoHaConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.withTargets(targets);
    }
}
