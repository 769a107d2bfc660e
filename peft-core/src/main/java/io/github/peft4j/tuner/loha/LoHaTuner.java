package io.github.peft4j.tuner.loha;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.KernelAdapter;
import io.github.peft4j.tuner.NewLayer;
import io.github.peft4j.tuner.lycoris.LycorisStrength;
import io.github.peft4j.tuner.lycoris.LycorisTuner;
import java.util.List;

/** LoHa: puts an elementwise product of two low-rank products at each matched layer. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoHaTuner extends LycorisTuner<LoHaConfig> {

    /** For {@code ServiceLoader}. */
    public LoHaTuner() {
        super(LoHaConfig.TYPE);
    }

    @Override
    protected Adapter adapter(LoHaConfig config, NewLayer layer, int r, double scaling) {
        LycorisStrength strength =
                new LycorisStrength(scaling, config.rankDropout(), config.moduleDropout(), true);
        boolean silent = config.initWeights();
        if (layer.kind() != LayerKind.CONVOLUTION) {
            return new LoHaLinear(
                    HadamardFactors.start(layer, layer.out(), layer.in(), r, silent), strength);
        }
        ConvolutionShape shape = layer.convolution();
        shape.requireAxes(config.peftType(), 1, 2);
        LoHaKernel kernel =
                config.useEffectiveConv2d() && !shape.isPointwise()
                        ? new LoHaKernel(TuckerFactors.start(layer, r, silent), strength)
                        : new LoHaKernel(
                                HadamardFactors.start(
                                        layer, shape.out(), shape.columns(), r, silent),
                                strength);
        return new KernelAdapter(shape, kernel);
    }

    @Override
    public List<List<String>> factors(LoHaConfig config) {
        return ImmutableList.of(
                ImmutableList.of("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"));
    }
}
