package io.github.peft4j.transformers.bert;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.TaskType;
import io.github.peft4j.transformers.CheckpointKeys;
import io.github.peft4j.transformers.Family;
import io.github.peft4j.transformers.PretrainedConfig;
import io.github.peft4j.transformers.head.NoHead;
import io.github.peft4j.transformers.head.PooledClassifier;
import org.jspecify.annotations.Nullable;

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
    public boolean supports(@Nullable TaskType task) {
        return task == null || task == TaskType.SEQ_CLS;
    }

    @Override
    public Parts create(PretrainedConfig config, @Nullable TaskType task, CheckpointKeys keys) {
        BertConfig sizes = BertConfig.from(config);
        String words = "embeddings.word_embeddings";
        if (task == null) {
            BertModel layers = new BertModel(sizes, keys.anyEndsWith("pooler.dense.weight"));
            return new Parts(
                    "BertModel",
                    LIBRARY,
                    "bert",
                    true,
                    layers,
                    new NoHead(),
                    words,
                    null,
                    sizes.initializerRange());
        }
        double dropout = config.decimal("classifier_dropout", sizes.hiddenDropout());
        return new Parts(
                "BertForSequenceClassification",
                LIBRARY,
                "bert",
                false,
                new BertModel(sizes, true),
                new PooledClassifier(config, sizes.hiddenSize(), dropout),
                words,
                null,
                sizes.initializerRange());
    }
}
