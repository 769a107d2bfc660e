package io.github.peft4j.tuner.delora;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.matching.NamePatterns;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.ops.HeldNumbers;
import io.github.peft4j.tuner.InitialValue;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.NewLayer;
import java.util.List;

/** DeLoRA: puts two thin matrices, a strength and the norms of the weight at each linear layer. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class DeloraTuner extends LayerTuner<DeloraConfig> {

    /** For {@code ServiceLoader}. */
    public DeloraTuner() {
        super(DeloraConfig.TYPE, DefaultTargets.LORA, LayerKind.LINEAR);
    }

    @Override
    protected LayerAdapters prepare(
            DeloraConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        NamePatterns<Integer> ranks = ranks(config);
        NamePatterns<Number> lambdas =
                NamePatterns.compile("lambda_pattern", config.lambdaPattern());
        return site -> {
            NewLayer layer = new NewLayer(set, site);
            int r = ranks.find(site.path()).orElse(config.r());
            double lambda = lambdas.find(site.path()).orElse(config.deloraLambda()).doubleValue();
            InitialValue a = layer.kaiming(r, layer.in());
            InitialValue b =
                    config.initWeights()
                            ? layer.zeros(layer.out(), r)
                            : layer.kaiming(layer.out(), r);
            return new DeloraLinear(
                    layer.trained("delora_A", a),
                    layer.trained("delora_B", b),
                    layer.trained("delora_lambda", layer.full(lambda, 1)),
                    layer.buffer("delora_w_norm", columnNorms(layer.site().requireWeight())),
                    layer.dropout("module_dropout", config.moduleDropout()));
        };
    }

    private static InitialValue columnNorms(Parameter weight) {
        InitialValue wide =
                InitialValue.of(
                        weight.getShape(),
                        manager -> {
                            NDArray copy = HeldNumbers.detached(weight.getArray());
                            copy.attach(manager);
                            return copy;
                        });
        return wide.then(
                weight.getShape().slice(1), each -> each.square().sum(new int[] {0}).sqrt());
    }

    private static NamePatterns<Integer> ranks(DeloraConfig config) {
        return NamePatterns.compile("rank_pattern", config.rankPattern());
    }

    @Override
    protected ImmutableList<NamePatterns<?>> patterns(DeloraConfig config) {
        return ImmutableList.of(ranks(config));
    }
}
