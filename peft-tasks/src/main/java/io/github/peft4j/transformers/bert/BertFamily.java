package io.github.peft4j.transformers.bert;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.transformers.AutoClass;
import io.github.peft4j.transformers.CheckpointKeys;
import io.github.peft4j.transformers.Family;
import io.github.peft4j.transformers.FamilyParts;
import io.github.peft4j.transformers.PretrainedConfig;
import io.github.peft4j.transformers.head.PooledClassifier;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.head.TokenClassifier;

/** Builds BERT for a task. */
public final class BertFamily implements Family {

    private static final String LIBRARY = "transformers.models.bert.modeling_bert";

    /** Creates the family. */
    public BertFamily() {}

    @Override
    public ImmutableSet<String> modelTypes() {
        return ImmutableSet.of("bert");
    }

    @Override
    public ImmutableSet<AutoClass> heads() {
        return Sets.immutableEnumSet(
                AutoClass.MODEL,
                AutoClass.SEQUENCE_CLASSIFICATION,
                AutoClass.TOKEN_CLASSIFICATION,
                AutoClass.QUESTION_ANSWERING);
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        BertConfig sizes = BertConfig.from(config);
        double dropout = config.decimal("classifier_dropout", sizes.hiddenDropout());
        int hidden = sizes.hiddenSize();
        return switch (head) {
            case MODEL ->
                    parts("BertModel", sizes, keys.anyEndsWith("pooler.dense.weight"), true)
                            .build();
            case SEQUENCE_CLASSIFICATION ->
                    parts("BertForSequenceClassification", sizes, true, false)
                            .optHead(new PooledClassifier(config, hidden, dropout))
                            .build();
            case TOKEN_CLASSIFICATION ->
                    parts("BertForTokenClassification", sizes, false, false)
                            .optHead(new TokenClassifier(hidden, config.numLabels(2), dropout))
                            .build();
            case QUESTION_ANSWERING ->
                    parts("BertForQuestionAnswering", sizes, false, false)
                            .optHead(new SpanClassifier(hidden, 0))
                            .build();
            default -> throw new IllegalArgumentException("BERT has no " + head + ".");
        };
    }

    private static FamilyParts.Builder parts(
            String className, BertConfig sizes, boolean pooler, boolean bare) {
        return FamilyParts.builder(className, LIBRARY, new BertModel(sizes, pooler))
                .setPrefix("bert", bare)
                .setInputEmbedding("embeddings.word_embeddings")
                .setInitializerRange(sizes.initializerRange())
                .addMayBeFresh("bert.pooler");
    }
}
