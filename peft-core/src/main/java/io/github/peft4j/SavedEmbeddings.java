package io.github.peft4j;

import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.adapter.AdapterSet;
import io.github.peft4j.model.BaseModel;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.tuner.LayerTuner;
import io.github.peft4j.tuner.OneOrMany;
import io.github.peft4j.tuner.TargetedConfig;
import org.jspecify.annotations.Nullable;

/**
 * Weights of embeddings that go into an adapter's file: PEFT writes them where {@code embed_tokens}
 * or {@code lm_head} is a target ({@code save_embedding_layers="auto"}), since vocabularies are
 * often extended then.
 */
final class SavedEmbeddings {

    private static final ImmutableSet<String> NAMES = ImmutableSet.of("embed_tokens", "lm_head");

    private SavedEmbeddings() {}

    /** The base's weights to be written, by key; usually none. */
    static ImmutableMap<String, Parameter> of(BaseModel base, PeftConfig config, AdapterSet set) {
        ImmutableMap.Builder<String, Parameter> saved = ImmutableMap.builder();
        ModelInfo info = base.info();
        for (LayerSite site : base.sites()) {
            String path = site.path();
            boolean embedding =
                    path.equals(info.inputEmbedding()) || path.equals(info.outputEmbedding());
            Parameter weight = site.weight();
            if (embedding
                    && weight != null
                    && set.layers().containsKey(path)
                    && named(config, path)) {
                saved.put(LayerTuner.KEY_PREFIX + path + ".base_layer.weight", weight);
            }
        }
        return saved.buildOrThrow();
    }

    /** Whether a target names the layer by its own name, or by a regular expression. */
    private static boolean named(PeftConfig config, String path) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        @Nullable OneOrMany<String> targets =
                config instanceof TargetedConfig targeted
                        ? targeted.targets().targetModules()
                        : null;
        return targets != null
                && NAMES.contains(name)
                && (targets.single() || targets.values().contains(name));
    }
}
