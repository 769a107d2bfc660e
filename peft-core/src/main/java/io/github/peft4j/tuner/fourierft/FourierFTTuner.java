package io.github.peft4j.tuner.fourierft;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.auto.service.AutoService;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.random.TorchGenerator;
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.Tuner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** FourierFT: puts a sparse spectrum at each matched linear layer. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class FourierFTTuner extends LayerTuner<FourierFTConfig> {

    private static final DefaultTargets TARGETS =
            DefaultTargets.LORA.with("gpt2", "mlp.c_proj").with("gpt_bigcode", "mlp.c_proj");

    /** For {@code ServiceLoader}. */
    public FourierFTTuner() {}

    @Override
    public PeftType type() {
        return FourierFTConfig.TYPE;
    }

    @Override
    public Class<FourierFTConfig> configType() {
        return FourierFTConfig.class;
    }

    @Override
    public FourierFTConfig parse(ConfigReader json) {
        return FourierFTConfig.Builder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(LayerKind.LINEAR, LayerKind.CONV1D_TRANSPOSED);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return TARGETS;
    }

    /** What decides about a layer's places. */
    private record Size(long numbers, int frequencies) {}

    @Override
    protected LayerAdapters prepare(
            FourierFTConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        NDManager manager = set.manager();
        ToIntFunction<String> counts = config.spectrum().counts();
        Map<Size, NDArray> places = new HashMap<>();
        return site -> {
            LinearShape shape = LinearShape.of(site);
            int n = counts.applyAsInt(site.path());
            long numbers = shape.out() * shape.in();
            Preconditions.checkArgument(
                    n <= numbers,
                    "n_frequency is %s for %s, which has only %s x %s = %s weights. Pass at most"
                            + " that many.",
                    n,
                    site.path(),
                    shape.out(),
                    shape.in(),
                    numbers);
            NDArray here =
                    places.computeIfAbsent(
                            new Size(numbers, n),
                            size -> places(manager, config.spectrum().randomLocSeed(), size));
            Shape spectrum = new Shape(n);
            NDArray start =
                    config.initWeights() ? manager.zeros(spectrum) : manager.randomNormal(spectrum);
            return new FourierLinear(
                    trained("fourierft_spectrum", start),
                    here,
                    shape,
                    config.scaling().doubleValue());
        };
    }

    private static NDArray places(NDManager manager, long seed, Size size) {
        long[] first = new TorchGenerator(seed).permutation(size.numbers(), size.frequencies());
        return manager.create(first);
    }

    @Override
    protected Bias biasRule(FourierFTConfig config) {
        return config.bias().rule();
    }

    @Override
    protected FourierFTConfig resolved(
            FourierFTConfig config, TargetModules targets, List<LayerSite> sites) {
        return config.toBuilder()
                .optTargets(targets)
                .optFanInFanOut(transposed(config.fanInFanOut(), sites))
                .build();
    }
}
