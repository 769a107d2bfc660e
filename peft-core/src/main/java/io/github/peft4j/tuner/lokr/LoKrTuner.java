package io.github.peft4j.tuner.lokr;

import ai.djl.ndarray.types.Shape;
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

/** LoKr: puts a Kronecker product of two small matrices at each matched layer. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoKrTuner extends LayerTuner<LoKrConfig> {

    /** For {@code ServiceLoader}. */
    public LoKrTuner() {}

    @Override
    public PeftType type() {
        return LoKrConfig.TYPE;
    }

    @Override
    public Class<LoKrConfig> configType() {
        return LoKrConfig.class;
    }

    @Override
    public LoKrConfig parse(ConfigReader json) {
        return LoKrConfig.Builder.read(json);
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
            LoKrConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        ToIntFunction<String> ranks = config.scaling().ranks();
        ToDoubleFunction<String> alphas = config.scaling().alphas();
        KroneckerFactor.Maker maker = new KroneckerFactor.Maker(set.manager(), LayerTuner::trained);
        return site -> {
            int r = ranks.applyAsInt(site.path());
            LoKrStrength strength =
                    new LoKrStrength(
                            alphas.applyAsDouble(site.path()) / r,
                            config.dropout(),
                            config.rankDropoutScale());
            return site.kind() == LayerKind.CONVOLUTION
                    ? convolution(config, maker, ConvolutionShape.of(site), r, strength)
                    : linear(config, maker, LinearShape.of(site), r, strength);
        };
    }

    private static Adapter linear(
            LoKrConfig config,
            KroneckerFactor.Maker maker,
            LinearShape shape,
            int r,
            LoKrStrength strength) {
        LokrFactors factors = config.factors();
        Factorization in = Factorization.of(shape.in(), factors.decomposeFactor());
        Factorization out = Factorization.of(shape.out(), factors.decomposeFactor());
        InitLokrWeights start = config.initWeights();
        boolean zeroSecond = start == InitLokrWeights.LYCORIS;
        KroneckerFactor second =
                LokrFactors.isThin(r, out.inner(), in.inner())
                        ? maker.thin(
                                "lokr_w2",
                                new Shape(out.inner(), r),
                                new Shape(r, in.inner()),
                                false,
                                zeroSecond)
                        : maker.whole("lokr_w2", new Shape(out.inner(), in.inner()), zeroSecond);
        return new LoKrLinear(first(config, maker, out.outer(), in.outer(), r), second, strength);
    }

    private static Adapter convolution(
            LoKrConfig config,
            KroneckerFactor.Maker maker,
            ConvolutionShape shape,
            int r,
            LoKrStrength strength) {
        shape.requireAxes(LoKrConfig.TYPE, 1, 2);
        LokrFactors factors = config.factors();
        long channels = shape.in() / shape.form().groups();
        Factorization in = Factorization.of(channels, factors.decomposeFactor());
        Factorization out = Factorization.of(shape.out(), factors.decomposeFactor());
        boolean zeroSecond = config.initWeights() == InitLokrWeights.LYCORIS;
        KroneckerFactor second;
        if (!LokrFactors.isThin(r, out.inner(), in.inner())) {
            Shape whole = shape.withKernel(out.inner(), in.inner());
            second = maker.whole("lokr_w2", whole, zeroSecond);
        } else if (factors.useEffectiveConv2d() && !shape.isPointwise()) {
            Shape core = shape.withKernel(r, r);
            second =
                    maker.tucker(
                            "lokr_t2",
                            "lokr_w2",
                            shape.axes() == 1 ? core.add(1) : core,
                            new Shape(r, out.inner()),
                            new Shape(r, in.inner()),
                            zeroSecond);
        } else {
            Shape right = new Shape(r, in.inner() * (shape.columns() / channels));
            second = maker.thin("lokr_w2", new Shape(out.inner(), r), right, false, zeroSecond);
        }
        KroneckerFactor first = first(config, maker, out.outer(), in.outer(), r);
        return new KernelAdapter(shape, new LoKrKernel(first, second, strength));
    }

    private static KroneckerFactor first(
            LoKrConfig config, KroneckerFactor.Maker maker, long rows, long columns, int r) {
        boolean zero = config.initWeights() == InitLokrWeights.ZERO_FIRST;
        boolean thin = config.factors().decomposeBoth() && LokrFactors.isThin(r, rows, columns);
        return thin
                ? maker.thin("lokr_w1", new Shape(rows, r), new Shape(r, columns), zero, false)
                : maker.whole("lokr_w1", new Shape(rows, columns), zero);
    }

    @Override
    protected ImmutableList<NamePatterns<?>> patterns(LoKrConfig config) {
        return config.scaling().patterns();
    }

    @Override
    protected LoKrConfig resolved(LoKrConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.withTargets(targets);
    }
}
