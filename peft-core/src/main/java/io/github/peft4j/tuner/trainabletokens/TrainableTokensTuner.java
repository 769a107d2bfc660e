package io.github.peft4j.tuner.trainabletokens;

import com.google.auto.service.AutoService;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.adapter.set.ParameterUses;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.DefaultTargets;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.tuner.LayerTuner;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Trainable tokens: trains rows of the token embedding, and of the output layer tied to it. */
@AutoService(PeftMethod.class)
@SuppressWarnings("rawtypes") // a service is named by its class, without parameters
public final class TrainableTokensTuner extends LayerTuner<TrainableTokensConfig> {

    /** What PEFT looks for in a model that does not name its embedding. */
    private static final String USUAL_NAME = "embed_tokens";

    /** For {@code ServiceLoader}. */
    public TrainableTokensTuner() {
        // no targets by model type: complete names the model's own embedding
        super(
                TrainableTokensConfig.TYPE,
                DefaultTargets.table().build(),
                LayerKind.EMBEDDING,
                LayerKind.LINEAR);
    }

    @Override
    protected TrainableTokensConfig complete(TrainableTokensConfig config, ModelInfo info) {
        if (config.targetModules().isPresent()) {
            return config;
        }
        String embedding = info.inputEmbedding();
        OneOrMany<String> target = OneOrMany.one(embedding == null ? USUAL_NAME : embedding);
        return config.toBuilder()
                .optTargets(config.targets().withTargetModules(target))
                .build(warning -> {});
    }

    /**
     * With the token embedding go the layers that read its table. In the order of their names: the
     * first one's key is the one that a shared tensor trains under.
     */
    @Override
    protected List<LayerSite> withCompanions(
            TrainableTokensConfig config, BaseModel model, List<LayerSite> matched) {
        ParameterUses slots = new ParameterUses(model);
        LayerSite embedding = slots.tokenEmbedding().filter(matched::contains).orElse(null);
        if (embedding == null) {
            return matched;
        }
        return Stream.concat(matched.stream(), slots.sharing(embedding).stream())
                .distinct()
                .sorted(Comparator.comparing(LayerSite::path))
                .toList();
    }

    @Override
    protected LayerAdapters prepare(
            TrainableTokensConfig config, AdapterSetBuilder set, List<LayerSite> sites) {
        TrainedRows rows =
                new TrainedRows(
                        set.manager(),
                        "token_indices",
                        config.tokenIndices(),
                        TrainedRows.TENSOR,
                        config.initWeights());
        return rows::at;
    }
}
