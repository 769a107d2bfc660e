package io.github.peft4j.tuner.adalora;

import ai.djl.ndarray.types.Shape;
import com.google.auto.service.AutoService;
import com.google.common.base.Joiner;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.StepAware;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.KernelAdapter;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.LinearShape;
import io.github.peft4j.tuner.NewAdapter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** AdaLoRA: puts A, E and B at each matched layer, and what takes ranks away over all of them. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class AdaLoraTuner extends LayerTuner<AdaLoraConfig> {

    /** Options of LoRA that change which tensors there are, and that AdaLoRA's layers lack. */
    private static final ImmutableList<String> UNSUPPORTED =
            ImmutableList.of(
                    "ensure_weight_tying",
                    "layer_replication",
                    "target_parameters",
                    "trainable_token_indices");

    /** For {@code ServiceLoader}. */
    public AdaLoraTuner() {
        super(
                AdaLoraConfig.TYPE,
                DefaultTargets.ADALORA,
                LayerKind.LINEAR,
                LayerKind.CONV1D_TRANSPOSED,
                LayerKind.CONVOLUTION);
    }

    @Override
    protected void checkSupported(AdaLoraConfig config) {
        List<String> set =
                config.type().notYetRun(config).stream()
                        .map(Option::key)
                        .filter(UNSUPPORTED::contains)
                        .toList();
        if (!set.isEmpty()) {
            throw new UnsupportedFeatureException(
                    "AdaLoRA options that this version cannot run: "
                            + Joiner.on(", ").join(set)
                            + ". Leave them at their defaults.");
        }
    }

    @Override
    protected void checkOthers(AdaLoraConfig config, Map<String, AdaLoraConfig> others) {
        others.forEach(
                (name, other) ->
                        Preconditions.checkArgument(
                                config.inferenceMode() || other.inferenceMode(),
                                "Only one AdaLoRA adapter of a model may train, and '%s' does."
                                        + " Set inference_mode to true for all others, or wrap the"
                                        + " base in a second PeftModel.",
                                name));
    }

    @Override
    protected LayerAdapters prepare(
            AdaLoraConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        if (config.inferenceMode()) {
            set.addPenalty(new NoLoss());
            return site -> layer(config, set, site, tensors(config, site));
        }
        RankAllocator allocator = new RankAllocator(set.manager(), config);
        List<AdaLoraTensors> all = new ArrayList<>();
        set.addStepAware(allocator);
        set.addState("adalora.pruned", allocator.pruned());
        if (config.orthRegWeight() > 0) {
            set.addPenalty(new OrthogonalPenalty(all, config.orthRegWeight()));
        }
        return site -> {
            AdaLoraTensors tensors = tensors(config, site);
            all.add(tensors);
            RankedLayer ranked = new RankedLayer(set.manager(), tensors, kept(config, site));
            allocator.add(site.path(), ranked);
            ranked.state().forEach((key, p) -> set.addState(site.path() + "." + key, p));
            tensors.byName()
                    .forEach(
                            (name, p) ->
                                    set.addFileTensor(
                                            key(site, name),
                                            new RankedTensor(
                                                    p,
                                                    p == tensors.b() ? 1 : 0,
                                                    ranked,
                                                    allocator)));
            return layer(config, set, site, tensors);
        };
    }

    @Override
    protected List<String> addFurther(AdaLoraConfig config, NewAdapter adapter) {
        return config.addFurther(adapter);
    }

    @Override
    protected ImmutableList<NamePatterns<?>> patterns(AdaLoraConfig config) {
        return ImmutableList.of(config.alphas());
    }

    private static String key(LayerSite site, String name) {
        return KEY_PREFIX + site.path() + "." + name;
    }

    private static Adapter layer(
            AdaLoraConfig config, AdapterSetBuilder set, LayerSite site, AdaLoraTensors tensors) {
        set.addUnsaved(key(site, "ranknum"), tensors.ranknum());
        double alpha = config.loraAlpha();
        double scaling = alpha > 0 ? alpha : config.schedule().initR();
        InputDropout dropout = new InputDropout("lora_dropout", config.loraDropout());
        return site.kind() == LayerKind.CONVOLUTION
                ? new KernelAdapter(
                        ConvolutionShape.of(site), new AdaLoraKernel(tensors, scaling, dropout))
                : new AdaLoraLinear(tensors, scaling, dropout);
    }

    /** Which of the ranks at the start this adapter has: all, or those that a file holds. */
    private static List<Boolean> kept(AdaLoraConfig config, LayerSite site) {
        int all = config.schedule().initR();
        List<Boolean> kept =
                config.rankPattern()
                        .map(pattern -> pattern.get(site.path() + ".lora_E"))
                        .orElse(null);
        if (kept == null) {
            return RankAllocator.allOf(all);
        }
        Preconditions.checkArgument(
                kept.size() == all,
                "rank_pattern has %s entries for %s, but init_r is %s. Correct init_r.",
                kept.size(),
                site.path(),
                all);
        return kept;
    }

    private static AdaLoraTensors tensors(AdaLoraConfig config, LayerSite site) {
        List<Boolean> kept = kept(config, site);
        // a size that no file confirmed yet is not counted through
        long r = config.rankPattern().isEmpty() ? kept.size() : Collections.frequency(kept, true);
        LinearShape shape = shape(site);
        boolean silent = !config.initLoraWeights().json().equals(false);
        double spread = silent ? 0.02 : 1;
        Shape values = new Shape(r, 1);
        InitialValue e = silent ? InitialValue.zeros(values) : InitialValue.normal(0, 1, values);
        InitialValue count = InitialValue.full(config.schedule().initR(), new Shape(1));
        return new AdaLoraTensors(
                InitialValue.normal(0, spread, new Shape(r, shape.in())).trained("lora_A"),
                e.trained("lora_E"),
                InitialValue.normal(0, spread, new Shape(shape.out(), r)).trained("lora_B"),
                count.frozen("ranknum"));
    }

    /** The weight as a matrix: a kernel is laid flat. */
    private static LinearShape shape(LayerSite site) {
        if (site.kind() != LayerKind.CONVOLUTION) {
            return LinearShape.of(site);
        }
        ConvolutionShape shape = ConvolutionShape.of(site);
        shape.requireAxes(AdaLoraConfig.TYPE.peftType(), 2);
        Preconditions.checkArgument(
                shape.form().groups() == 1,
                "%s is a convolution in %s groups; ADALORA adapts those in one group. Leave it out"
                        + " with optExcludeModules(\"%s\").",
                site.path(),
                shape.form().groups(),
                site.path());
        return new LinearShape(shape.out(), shape.columns());
    }

    @Override
    protected UnaryOperator<AdaLoraConfig> saving(AdapterSet set) {
        for (StepAware aware : set.stepAware()) {
            if (aware instanceof RankAllocator allocator) {
                return config ->
                        allocator.isPruned()
                                ? config.toBuilder()
                                        .optRankPattern(allocator.pattern())
                                        .build(w -> {})
                                : config;
            }
        }
        return UnaryOperator.identity();
    }

    @Override
    public List<List<String>> factors(AdaLoraConfig config) {
        return ImmutableList.of(ImmutableList.of("lora_A", "lora_B", "lora_E"));
    }
}
