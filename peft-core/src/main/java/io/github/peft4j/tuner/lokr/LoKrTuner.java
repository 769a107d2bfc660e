package io.github.peft4j.tuner.lokr;

import ai.djl.ndarray.types.Shape;
import com.google.auto.service.AutoService;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.KernelAdapter;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lycoris.LycorisStrength;
import io.github.peft4j.tuner.lycoris.LycorisTuner;

/** LoKr: puts a Kronecker product of two small matrices at each matched layer. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoKrTuner extends LycorisTuner<LoKrConfig> {

    /** For {@code ServiceLoader}. */
    public LoKrTuner() {
        super(LoKrConfig.TYPE);
    }

    @Override
    protected Adapter adapter(LoKrConfig config, NewLayer layer, int r, double scaling) {
        LycorisStrength strength =
                new LycorisStrength(
                        scaling,
                        config.rankDropout(),
                        config.moduleDropout(),
                        config.rankDropoutScale());
        return layer.kind() == LayerKind.CONVOLUTION
                ? convolution(config, layer, r, strength)
                : linear(config, layer, r, strength);
    }

    private static Adapter linear(
            LoKrConfig config, NewLayer layer, int r, LycorisStrength strength) {
        Factorization in = Factorization.of(layer.in(), config.decomposeFactor());
        Factorization out = Factorization.of(layer.out(), config.decomposeFactor());
        boolean zeroSecond = config.initWeights() == InitLokrWeights.LYCORIS;
        KroneckerFactor second =
                isThin(r, out.inner(), in.inner())
                        ? KroneckerFactor.thin(
                                layer,
                                "lokr_w2",
                                new Shape(out.inner(), r),
                                new Shape(r, in.inner()),
                                false,
                                zeroSecond)
                        : KroneckerFactor.whole(
                                layer, "lokr_w2", new Shape(out.inner(), in.inner()), zeroSecond);
        return new LoKrLinear(first(config, layer, out.outer(), in.outer(), r), second, strength);
    }

    private static Adapter convolution(
            LoKrConfig config, NewLayer layer, int r, LycorisStrength strength) {
        ConvolutionShape shape = layer.convolution();
        shape.requireAxes(config.peftType(), 1, 2);
        long channels = shape.in() / shape.form().groups();
        Factorization in = Factorization.of(channels, config.decomposeFactor());
        Factorization out = Factorization.of(shape.out(), config.decomposeFactor());
        boolean zeroSecond = config.initWeights() == InitLokrWeights.LYCORIS;
        KroneckerFactor second;
        if (!isThin(r, out.inner(), in.inner())) {
            Shape whole = shape.withKernel(out.inner(), in.inner());
            second = KroneckerFactor.whole(layer, "lokr_w2", whole, zeroSecond);
        } else if (config.useEffectiveConv2d() && !shape.isPointwise()) {
            second =
                    KroneckerFactor.tucker(
                            layer,
                            "lokr_t2",
                            "lokr_w2",
                            r,
                            new Shape(r, out.inner()),
                            new Shape(r, in.inner()),
                            zeroSecond);
        } else {
            Shape right = new Shape(r, in.inner() * (shape.columns() / channels));
            second =
                    KroneckerFactor.thin(
                            layer, "lokr_w2", new Shape(out.inner(), r), right, false, zeroSecond);
        }
        KroneckerFactor first = first(config, layer, out.outer(), in.outer(), r);
        return new KernelAdapter(shape, new LoKrKernel(first, second, strength));
    }

    private static KroneckerFactor first(
            LoKrConfig config, NewLayer layer, long rows, long columns, int r) {
        boolean zero = config.initWeights() == InitLokrWeights.ZERO_FIRST;
        return config.decomposeBoth() && isThin(r, rows, columns)
                ? KroneckerFactor.thin(
                        layer, "lokr_w1", new Shape(rows, r), new Shape(r, columns), zero, false)
                : KroneckerFactor.whole(layer, "lokr_w1", new Shape(rows, columns), zero);
    }

    /** Whether a thin form of a matrix with this many rows or columns saves numbers. */
    private static boolean isThin(int r, long rows, long columns) {
        return r < Math.max(rows, columns) / 2.0;
    }
}
