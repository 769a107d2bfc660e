package io.github.peft4j.transformers.bert;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
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
import io.github.peft4j.transformers.head.MaskedLanguageModel;
import io.github.peft4j.transformers.head.PooledClassifier;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.head.TokenClassifier;
import java.util.Set;

/** Builds BERT. */
@AutoService(Family.class)
public final class BertFamily implements Family {

    private static final EncoderNaming SPELLING = new EncoderNaming("Bert", "bert", "bert");

    /** Creates the family. */
    public BertFamily() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("bert");
    }

    @Override
    public Set<AutoClass> heads() {
        return EncoderNaming.HEADS;
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        EncoderConfig sizes = EncoderConfig.from(config, EncoderConfig.BASE);
        boolean pooler =
                head == AutoClass.SEQUENCE_CLASSIFICATION
                        || (head == AutoClass.MODEL && keys.anyEndsWith("pooler.dense.weight"));
        EncoderModel layers =
                EncoderModel.builder(sizes, CheckpointNaming.BERT)
                        .optPooler(pooler)
                        .optTakesCache()
                        .build();
        FamilyParts.Builder parts = SPELLING.parts(head, layers, sizes);
        if (head == AutoClass.MASKED_LM) {
            return layers.masked(MaskedLanguageModel.Names.BERT, sizes.form().activation())
                    .on(parts, config, keys, SPELLING.words());
        }
        return parts.optHead(head(head, config, sizes.form())).build();
    }

    private static Head head(AutoClass head, PretrainedConfig config, EncoderSpec form) {
        int hidden = form.hiddenSize();
        double dropout = config.probability("classifier_dropout", form.hiddenDropout());
        return switch (head) {
            case MODEL -> new NoHead();
            case SEQUENCE_CLASSIFICATION -> new PooledClassifier(config, hidden, dropout);
            case TOKEN_CLASSIFICATION -> new TokenClassifier(hidden, config.numLabels(2), dropout);
            case QUESTION_ANSWERING -> new SpanClassifier(hidden, 0);
            default -> throw new IllegalArgumentException("BERT has no " + head + ".");
        };
    }
}
