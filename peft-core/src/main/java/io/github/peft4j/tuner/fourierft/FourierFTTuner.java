package io.github.peft4j.tuner.fourierft;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.auto.service.AutoService;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.random.TorchGenerator;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.NewLayer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** FourierFT: puts a sparse spectrum at each matched linear layer. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class FourierFTTuner extends LayerTuner<FourierFTConfig> {

    private static final DefaultTargets TARGETS =
            DefaultTargets.LORA.with("gpt2", "mlp.c_proj").with("gpt_bigcode", "mlp.c_proj");

    /** For {@code ServiceLoader}. */
    public FourierFTTuner() {
        super(FourierFTConfig.TYPE, TARGETS, LayerKind.LINEAR, LayerKind.CONV1D_TRANSPOSED);
    }

    /** What decides about a layer's places. */
    private record Size(long numbers, int frequencies) {}

    @Override
    protected LayerAdapters prepare(
            FourierFTConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        ToIntFunction<String> counts = counts(config);
        Map<Size, NDArray> places = new HashMap<>();
        return site -> {
            NewLayer layer = new NewLayer(set, site);
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
                            size -> places(layer.manager(), config.randomLocSeed(), size));
            InitialValue start = config.initWeights() ? layer.zeros(n) : layer.normal(1, n);
            return new FourierLinear(
                    layer.trained("fourierft_spectrum", start), here, shape, config.scaling());
        };
    }

    /** How many frequencies a layer has, by its path. */
    static ToIntFunction<String> counts(FourierFTConfig config) {
        Map<String, Integer> pattern = config.nFrequencyPattern();
        NamePatterns<Integer> ends = NamePatterns.compileEnds("n_frequency_pattern", pattern);
        return path ->
                ends.find(path)
                        .or(() -> Optional.ofNullable(pattern.get(path)))
                        .orElse(config.nFrequency());
    }

    private static NDArray places(NDManager manager, long seed, Size size) {
        long[] first = new TorchGenerator(seed).permutation(size.numbers(), size.frequencies());
        return manager.create(first);
    }

    @Override
    public List<List<String>> factors(FourierFTConfig config) {
        return ImmutableList.of(ImmutableList.of("fourierft_spectrum"));
    }
}
