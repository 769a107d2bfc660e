package io.github.peft4j.tuner.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.config.Bias;
import io.github.peft4j.config.ConfigReader;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.config.TargetModules;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.target.DefaultTargets;
import io.github.peft4j.target.NamePatterns;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InputDropout;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.Tuner;
import java.util.List;

/** Low-rank adaptation: puts A and B at each matched linear layer, convolution or embedding. */
@AutoService(Tuner.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoraTuner extends LayerTuner<LoraConfig> {

    /** For {@code ServiceLoader}. */
    public LoraTuner() {}

    @Override
    public PeftType type() {
        return PeftType.LORA;
    }

    @Override
    public Class<LoraConfig> configType() {
        return LoraConfig.class;
    }

    @Override
    public LoraConfig parse(ConfigReader json) {
        return LoraConfig.Builder.read(json);
    }

    @Override
    protected ImmutableSet<LayerKind> kinds() {
        return ImmutableSet.of(
                LayerKind.LINEAR,
                LayerKind.CONV1D_TRANSPOSED,
                LayerKind.EMBEDDING,
                LayerKind.CONVOLUTION);
    }

    @Override
    protected DefaultTargets defaultTargets() {
        return DefaultTargets.LORA;
    }

    @Override
    protected void checkSupported(LoraConfig config) {
        List<String> missing = config.notYetSupported();
        if (!missing.isEmpty()) {
            throw new UnsupportedFeatureException(
                    "LoRA options that this version cannot run: "
                            + Joiner.on(", ").join(missing)
                            + ". Leave them at their defaults.");
        }
    }

    @Override
    protected LayerAdapters prepare(
            LoraConfig config, AdapterSet.Builder set, List<LayerSite> sites) {
        NDManager manager = set.manager();
        NamePatterns<Integer> ranks = config.ranks();
        NamePatterns<Number> alphas = config.alphas();
        return site -> {
            int rank = ranks.find(site.path()).orElse(config.r());
            double alpha =
                    alphas.find(site.path()).map(Number::doubleValue).orElse(config.loraAlpha());
            double scaling = alpha / (config.useRslora() ? Math.sqrt(rank) : rank);
            return switch (site.kind()) {
                case LINEAR, CONV1D_TRANSPOSED -> linear(config, manager, site, rank, scaling);
                case EMBEDDING -> embedding(config, manager, site, rank, scaling);
                case CONVOLUTION -> convolution(config, manager, site, rank, scaling);
                default -> throw new IllegalStateException("Not among kinds(): " + site);
            };
        };
    }

    @Override
    protected Bias biasRule(LoraConfig config) {
        return switch (config.bias()) {
            case NONE -> Bias.NONE;
            case ALL -> Bias.ALL;
            case LORA_ONLY -> Bias.ADAPTED_LAYERS;
        };
    }

    @Override
    protected LoraConfig resolved(LoraConfig config, TargetModules targets, List<LayerSite> sites) {
        boolean transposed = transposed(config.fanInFanOut(), sites);
        return config.toBuilder().optTargets(targets).optFanInFanOut(transposed).build(w -> {});
    }

    @Override
    protected ImmutableList<NamePatterns<?>> patterns(LoraConfig config) {
        return ImmutableList.of(config.ranks(), config.alphas());
    }

    @Override
    protected ImmutableList<String> warnings(LoraConfig config, List<LayerSite> adapted) {
        return LoraLayerWarnings.about(config, adapted);
    }

    private static Adapter linear(
            LoraConfig config, NDManager manager, LayerSite site, int rank, double scaling) {
        Shape shape = site.requireWeight().getShape();
        boolean transposed = site.kind() == LayerKind.CONV1D_TRANSPOSED;
        long out = shape.get(transposed ? 1 : 0);
        long in = shape.get(transposed ? 0 : 1);
        LoraInitializer.Pair start =
                LoraStarts.linear(config.initLoraWeights()).create(manager, in, out, rank);
        Parameter bias =
                config.loraBias() ? trained("lora_B_bias", manager.zeros(new Shape(out))) : null;
        return new LoraLinear(
                new LoraTensors(
                        trained("lora_A_weight", start.a()),
                        trained("lora_B_weight", start.b()),
                        bias,
                        scaling,
                        new InputDropout("lora_dropout", config.loraDropout())));
    }

    private static Adapter convolution(
            LoraConfig config, NDManager manager, LayerSite site, int rank, double scaling) {
        ConvolutionShape shape = ConvolutionShape.of(site);
        int groups = shape.form().groups();
        if (rank % groups != 0) {
            throw new IllegalArgumentException(
                    "r is "
                            + rank
                            + " at "
                            + site.path()
                            + ", a convolution with groups="
                            + groups
                            + "; the rank must be divisible by the groups. Choose another rank, or"
                            + " leave the layer out with optExcludeModules.");
        }
        LoraInitializer initializer = LoraStarts.convolution(config.initLoraWeights());
        long patch = shape.columns() * groups;
        NDArray a = initializer.create(manager, patch, shape.out(), rank).a();
        NDArray b = initializer.create(manager, patch, shape.out(), rank / groups).b();
        NDArray bias = config.loraBias() ? manager.zeros(new Shape(shape.out())) : null;
        return new LoraConvolution(
                new LoraTensors(
                        trained("lora_A_weight", a.reshape(shape.withKernel(rank, shape.in()))),
                        trained(
                                "lora_B_weight",
                                b.reshape(shape.withPoints(shape.out(), rank / groups))),
                        bias == null ? null : trained("lora_B_bias", bias),
                        scaling,
                        new InputDropout("lora_dropout", config.loraDropout())),
                shape);
    }

    private static Adapter embedding(
            LoraConfig config, NDManager manager, LayerSite site, int rank, double scaling) {
        if (config.loraBias()) {
            throw new IllegalArgumentException(
                    "lora_bias is true, but "
                            + site.path()
                            + " is an Embedding, whose LoRA has no bias. Leave lora_bias out, or"
                            + " the embedding.");
        }
        Shape shape = site.requireWeight().getShape();
        LoraInitializer.Pair start =
                LoraStarts.embedding(config.initLoraWeights())
                        .create(manager, shape.get(0), shape.get(1), rank);
        return new LoraEmbedding(
                trained("lora_embedding_A", start.a()),
                trained("lora_embedding_B", start.b()),
                scaling);
    }
}
