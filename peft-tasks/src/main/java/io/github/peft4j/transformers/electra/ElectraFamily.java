package io.github.peft4j.transformers.electra;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.ops.ActivationFunction;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.encoder.CheckpointNaming;
import io.github.peft4j.transformers.encoder.EncoderConfig;
import io.github.peft4j.transformers.encoder.EncoderModel;
import io.github.peft4j.transformers.encoder.EncoderNaming;
import io.github.peft4j.transformers.encoder.EncoderSpec;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.family.FamilyParts;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.family.NoHead;
import io.github.peft4j.transformers.head.DenseClassifier;
import io.github.peft4j.transformers.head.MaskedLanguageModel;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.head.TokenClassifier;
import java.util.Set;

/** Builds ELECTRA, generator or discriminator,. */
@AutoService(Family.class)
public final class ElectraFamily implements Family {

    private static final EncoderNaming SPELLING =
            new EncoderNaming("Electra", "electra", "electra");

    private static final EncoderConfig DEFAULTS =
            EncoderConfig.BASE.withForm(
                    new EncoderSpec(12, 256, 4, 1024, ActivationFunction.GELU, 1e-12, 0.1, 0.1));

    private static final MaskedLanguageModel.Names MASKED_NAMES =
            new MaskedLanguageModel.Names(
                    "generator_predictions.dense",
                    "generator_predictions.LayerNorm",
                    "generator_lm_head",
                    "",
                    true);

    /** Creates the family. */
    public ElectraFamily() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("electra");
    }

    @Override
    public Set<AutoClass> heads() {
        return EncoderNaming.HEADS;
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        EncoderConfig sizes = EncoderConfig.from(config, DEFAULTS);
        EncoderModel layers =
                EncoderModel.builder(sizes, CheckpointNaming.BERT)
                        .optEmbeddingSize(config.positive("embedding_size", 128))
                        .optTakesCache()
                        .build();
        FamilyParts.Builder parts = SPELLING.parts(head, layers, sizes);
        if (head == AutoClass.MASKED_LM) {
            return layers.masked(MASKED_NAMES, ActivationFunction.GELU)
                    .on(parts, config, keys, SPELLING.words());
        }
        return parts.optHead(head(head, config, sizes.form())).build();
    }

    private static Head head(AutoClass head, PretrainedConfig config, EncoderSpec form) {
        int hidden = form.hiddenSize();
        double dropout = config.probability("classifier_dropout", form.hiddenDropout());
        return switch (head) {
            case MODEL -> new NoHead();
            case SEQUENCE_CLASSIFICATION ->
                    new DenseClassifier(config, hidden, ActivationFunction.GELU, dropout);
            case TOKEN_CLASSIFICATION -> new TokenClassifier(hidden, config.numLabels(2), dropout);
            case QUESTION_ANSWERING -> new SpanClassifier(hidden, 0);
            default -> throw new IllegalArgumentException("ELECTRA has no " + head + ".");
        };
    }
}
