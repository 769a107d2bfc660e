package io.github.peft4j.tuner.lora.combine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.combine.PairNames;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.Ops;
import io.github.peft4j.ops.frozen.LowRank;
import io.github.peft4j.tuner.ConvolutionShape;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.LoraEmbedding;
import io.github.peft4j.tuner.lora.layer.LoraPair;
import io.github.peft4j.tuner.lora.layer.PairAdapter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Plain LoRA that is made of pairs of any origin. */
public final class PairForm {

    /** At layers of weights, and at embeddings. */
    public static final List<PairNames> NAMES =
            ImmutableList.of(
                    new PairNames("lora_A.weight", "lora_B.weight"),
                    new PairNames("lora_embedding_A", "lora_embedding_B"));

    private PairForm() {}

    /** The pairs, where an adapter contributes nothing else and starts with a zero in them. */
    public static List<List<String>> factors(LoraConfig config) {
        return hasMore(config) || config.initLoraWeights().is("orthogonal")
                ? ImmutableList.of()
                : NAMES.stream()
                        .<List<String>>map(names -> ImmutableList.of(names.a(), names.b()))
                        .toList();
    }

    private static boolean hasMore(LoraConfig config) {
        return config.useDora()
                || config.loraBias()
                || config.kasaConfig().isPresent()
                || config.montecloraConfig().isPresent()
                || config.initLoraWeights().changesBase();
    }

    /** Refuses an adapter that is more than its pairs. */
    public static void requirePlain(String name, LoraConfig config) {
        if (hasMore(config)) {
            throw new UnsupportedFeatureException(
                    "Adapter '%s' is more than its matrices A and B (use_dora, lora_bias, a variant, or a start that changes the base). Bring it into plain LoRA first (convertToLora, saveAsLora)."
                            .formatted(name));
        }
    }

    /** The factor s on the product of a layer's pair. */
    public static double scale(LoraConfig config, String path) {
        return scale(config, config.ranks(), config.alphas(), path);
    }

    /** The same with patterns that were made before. */
    public static double scale(
            LoraConfig config,
            NamePatterns<Integer> ranks,
            NamePatterns<Number> alphas,
            String path) {
        int rank = ranks.find(path).orElse(config.r());
        double alpha = alphas.find(path).map(Number::doubleValue).orElse(config.loraAlpha());
        return alpha / (config.useRslora() ? Math.sqrt(rank) : rank);
    }

    /** LoRA of the scale 1 with these ranks: the largest is r, the others stand in the patterns. */
    public static LoraConfig config(LayerConfig source, Map<String, Integer> ranks) {
        int largest = ranks.values().stream().mapToInt(Integer::intValue).max().orElse(1);
        Map<String, Integer> others = new TreeMap<>(ranks);
        others.values().removeIf(rank -> rank == largest);
        return LoraConfig.builder()
                .optTargets(source.targets())
                .optTaskType(source.taskType().orElse(null))
                .optBaseModelNameOrPath(source.baseModelNameOrPath().orElse(null))
                .optInferenceMode(source.inferenceMode())
                .optR(largest)
                .optLoraAlpha(largest)
                .optRankPattern(others)
                .optAlphaPattern(others)
                .build(warning -> {});
    }

    /** Refuses a layer at which A and B are more, or less, than a change of the weight. */
    public static void requireLayer(LayerSite site) {
        switch (site.kind()) {
            case LINEAR, CONV1D_TRANSPOSED, EMBEDDING -> {}
            case CONVOLUTION -> requirePlain(site);
            default ->
                    throw refused(
                            site,
                            "is of kind " + site.kind().described() + ", which has no plain pair");
        }
    }

    private static void requirePlain(LayerSite site) {
        ConvolutionShape shape = ConvolutionShape.of(site);
        if (shape.form().groups() > 1) {
            throw refused(site, "is a convolution in " + shape.form().groups() + " groups");
        }
        if (shape.form().dilation().stream().anyMatch(step -> step != 1)) {
            throw refused(site, "is a convolution with dilation, which LoRA does not copy");
        }
    }

    private static UnsupportedFeatureException refused(LayerSite site, String what) {
        return new UnsupportedFeatureException(
                "Layer "
                        + site.path()
                        + " "
                        + what
                        + ", so its change of weight cannot be brought into LoRA. Merge the adapter"
                        + " (mergeAndUnload), or train it without this layer.");
    }

    /** Gives every pair of a set its values. */
    public static void fill(AdapterSet set, Map<String, LowRank> pairs, NDManager keep) {
        for (Map.Entry<String, Adapter> layer : set.layers().entrySet()) {
            LowRank change = pairs.get(layer.getKey());
            Preconditions.checkState(
                    change != null && layer.getValue() instanceof PairAdapter,
                    "No pair for the layer %s, which the adapter reaches.",
                    layer.getKey());
            fill((PairAdapter) layer.getValue(), change, keep);
        }
    }

    private static void fill(PairAdapter adapter, LowRank change, NDManager keep) {
        LoraPair pair = adapter.pair();
        NDArray up = Ops.scale(change.b(), change.scale() / pair.scaling());
        if (adapter instanceof LoraEmbedding) {
            pair.put(up.transpose(), change.a().transpose(), keep);
        } else {
            pair.put(change.a(), up, keep);
        }
    }
}
