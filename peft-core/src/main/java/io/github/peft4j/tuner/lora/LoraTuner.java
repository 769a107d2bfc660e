package io.github.peft4j.tuner.lora;

import ai.djl.ndarray.types.Shape;
import com.google.auto.service.AutoService;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewAdapter;
import io.github.peft4j.tuner.NewLayer;
import java.util.List;

/** Low-rank adaptation: puts A and B at each matched linear layer, convolution or embedding. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class LoraTuner extends LayerTuner<LoraConfig> {

    /** For {@code ServiceLoader}. */
    public LoraTuner() {
        super(
                LoraConfig.TYPE,
                DefaultTargets.LORA,
                LayerKind.LINEAR,
                LayerKind.CONV1D_TRANSPOSED,
                LayerKind.EMBEDDING,
                LayerKind.CONVOLUTION);
    }

    @Override
    protected void checkSupported(LoraConfig config) {
        List<String> missing = config.notYetSupported();
        if (!missing.isEmpty()) {
            throw new UnsupportedFeatureException(
                    "LoRA options that this version cannot run: "
                            + Joiner.on(", ").join(missing)
                            + ". "
                            + LoraRules.cure(config, missing));
        }
    }

    @Override
    protected LayerAdapters prepare(
            LoraConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        NamePatterns<Integer> ranks = config.ranks();
        NamePatterns<Number> alphas = config.alphas();
        return site -> {
            NewLayer layer = new NewLayer(set, site);
            int rank = ranks.find(site.path()).orElse(config.r());
            double alpha =
                    alphas.find(site.path()).map(Number::doubleValue).orElse(config.loraAlpha());
            double scaling = alpha / (config.useRslora() ? Math.sqrt(rank) : rank);
            return switch (site.kind()) {
                case LINEAR, CONV1D_TRANSPOSED -> linear(config, layer, rank, scaling);
                case EMBEDDING -> embedding(config, layer, rank, scaling);
                case CONVOLUTION -> convolution(config, layer, rank, scaling);
                default -> throw new IllegalStateException("Not among kinds(): " + site);
            };
        };
    }

    @Override
    protected List<String> addFurther(LoraConfig config, NewAdapter adapter) {
        return config.addFurther(adapter);
    }

    @Override
    protected ImmutableList<NamePatterns<?>> patterns(LoraConfig config) {
        return ImmutableList.of(config.ranks(), config.alphas());
    }

    @Override
    protected ImmutableList<String> warnings(LoraConfig config, List<LayerSite> adapted) {
        return LoraLayerWarnings.about(config, adapted);
    }

    private static Adapter linear(LoraConfig config, NewLayer layer, int rank, double scaling) {
        LoraInitializer initializer = LoraStarts.linear(config.initLoraWeights());
        InitialPair start = new InitialPair(initializer, layer.in(), layer.out(), rank);
        return new LoraLinear(tensors(config, layer, start.a(), start.b(), layer.out(), scaling));
    }

    private static Adapter convolution(
            LoraConfig config, NewLayer layer, int rank, double scaling) {
        ConvolutionShape shape = layer.convolution();
        int groups = shape.form().groups();
        layer.require(rank % groups == 0, "r", rank, "divisible by the groups, " + groups);
        LoraInitializer initializer = LoraStarts.convolution(config.initLoraWeights());
        long patch = shape.columns() * groups;
        InitialValue a = new InitialPair(initializer, patch, shape.out(), rank).a();
        InitialValue b = new InitialPair(initializer, patch, shape.out(), rank / groups).b();
        return new LoraConvolution(
                tensors(
                        config,
                        layer,
                        reshaped(a, shape.withKernel(rank, shape.in())),
                        reshaped(b, shape.withPoints(shape.out(), rank / groups)),
                        shape.out(),
                        scaling),
                shape);
    }

    private static InitialValue reshaped(InitialValue start, Shape shape) {
        return start.then(shape, array -> array.reshape(shape));
    }

    private static LoraTensors tensors(
            LoraConfig config,
            NewLayer layer,
            InitialValue a,
            InitialValue b,
            long out,
            double scaling) {
        return new LoraTensors(
                layer.trained("lora_A_weight", a),
                layer.trained("lora_B_weight", b),
                config.loraBias() ? layer.trained("lora_B_bias", layer.zeros(out)) : null,
                scaling,
                layer.dropout("lora_dropout", config.loraDropout()));
    }

    private static Adapter embedding(LoraConfig config, NewLayer layer, int rank, double scaling) {
        layer.require(
                !config.loraBias(),
                "lora_bias",
                true,
                "false, as LoRA of an Embedding has no bias");
        Shape shape = layer.site().requireWeight().getShape();
        LoraInitializer initializer = LoraStarts.embedding(config.initLoraWeights());
        InitialPair start = new InitialPair(initializer, shape.get(0), shape.get(1), rank);
        return new LoraEmbedding(
                layer.trained("lora_embedding_A", start.a()),
                layer.trained("lora_embedding_B", start.b()),
                scaling);
    }
}
