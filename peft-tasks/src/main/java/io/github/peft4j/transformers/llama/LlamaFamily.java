package io.github.peft4j.transformers.llama;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.transformers.AutoClass;
import io.github.peft4j.transformers.CheckpointKeys;
import io.github.peft4j.transformers.Family;
import io.github.peft4j.transformers.FamilyParts;
import io.github.peft4j.transformers.PretrainedConfig;
import io.github.peft4j.transformers.head.LanguageModelHead;
import io.github.peft4j.transformers.head.LastTokenClassifier;
import io.github.peft4j.transformers.head.TokenClassifier;

/** Builds Llama for a head. */
public final class LlamaFamily implements Family {

    private static final String LIBRARY = "transformers.models.llama.modeling_llama";

    /** Creates the family. */
    public LlamaFamily() {}

    @Override
    public ImmutableSet<String> modelTypes() {
        return ImmutableSet.of("llama");
    }

    @Override
    public ImmutableSet<AutoClass> heads() {
        return Sets.immutableEnumSet(
                AutoClass.MODEL,
                AutoClass.CAUSAL_LM,
                AutoClass.SEQUENCE_CLASSIFICATION,
                AutoClass.TOKEN_CLASSIFICATION);
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        LlamaConfig sizes = LlamaConfig.from(config);
        LlamaModel layers = new LlamaModel(sizes);
        int hidden = sizes.hiddenSize();
        return switch (head) {
            case MODEL -> parts("LlamaModel", layers, sizes, true).build();
            case CAUSAL_LM -> {
                Linear output =
                        sizes.tied()
                                ? Linear.tiedTo(layers.words().weight())
                                : new Linear(hidden, sizes.vocabSize(), false);
                yield parts("LlamaForCausalLM", layers, sizes, false)
                        .optHead(LanguageModelHead.causal(output))
                        .optOutputEmbedding("lm_head")
                        .build();
            }
            case SEQUENCE_CLASSIFICATION ->
                    parts("LlamaForSequenceClassification", layers, sizes, false)
                            .optHead(new LastTokenClassifier(config, hidden))
                            .build();
            case TOKEN_CLASSIFICATION ->
                    parts("LlamaForTokenClassification", layers, sizes, false)
                            .optHead(
                                    new TokenClassifier(
                                            "score",
                                            hidden,
                                            config.numLabels(2),
                                            config.decimal("classifier_dropout", 0.1)))
                            .build();
            default -> throw new IllegalArgumentException("Llama has no " + head + ".");
        };
    }

    private static FamilyParts.Builder parts(
            String className, LlamaModel layers, LlamaConfig sizes, boolean bare) {
        return FamilyParts.builder(className, LIBRARY, layers)
                .setPrefix("model", bare)
                .setInputEmbedding("embed_tokens")
                .setInitializerRange(sizes.initializerRange());
    }
}
