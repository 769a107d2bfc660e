package io.github.peft4j.transformers.mpnet;

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
import io.github.peft4j.transformers.encoder.PositionRule;
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

/** Builds MPNet for a head: RoBERTa without token types, with a bias by distance. */
@AutoService(Family.class)
public final class MPNetFamily implements Family {

    private static final EncoderNaming SPELLING = new EncoderNaming("MPNet", "mpnet", "mpnet");

    private static final CheckpointNaming NAMES =
            CheckpointNaming.BERT
                    .withProjections("attention.attn.q", "attention.attn.k", "attention.attn.v")
                    .withAttentionOutput("attention.attn.o", "attention.LayerNorm");

    private static final EncoderConfig DEFAULTS = EncoderConfig.BASE.withVocabSize(30527);

    /** Written into the Python code: no key changes it. */
    private static final int PADDING = 1;

    /** Creates the family. */
    public MPNetFamily() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("mpnet");
    }

    @Override
    public Set<AutoClass> heads() {
        return EncoderNaming.HEADS;
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        EncoderConfig sizes =
                EncoderConfig.from(config, DEFAULTS).withPadTokenId(PADDING).withTypeVocabSize(0);
        BucketBias bias =
                new BucketBias(
                        config.positive("relative_attention_num_buckets", BucketBias.BUCKETS),
                        sizes.form().heads());
        EncoderModel layers =
                EncoderModel.builder(sizes, NAMES)
                        .optPositions(PositionRule.AFTER_PADDING)
                        .optBias("encoder.relative_attention_bias", bias)
                        .optPooler(
                                head == AutoClass.MODEL && keys.anyEndsWith("pooler.dense.weight"))
                        .build();
        FamilyParts.Builder parts = SPELLING.parts(head, layers, sizes);
        if (head == AutoClass.MASKED_LM) {
            return layers.masked(MaskedLanguageModel.Names.ROBERTA, ActivationFunction.GELU)
                    .on(parts, config, keys, SPELLING.words());
        }
        return parts.optHead(head(head, config, sizes.form())).build();
    }

    private static Head head(AutoClass head, PretrainedConfig config, EncoderSpec form) {
        int hidden = form.hiddenSize();
        double dropout = form.hiddenDropout();
        return switch (head) {
            case MODEL -> new NoHead();
            case SEQUENCE_CLASSIFICATION ->
                    new DenseClassifier(config, hidden, ActivationFunction.TANH, dropout);
            case TOKEN_CLASSIFICATION -> new TokenClassifier(hidden, config.numLabels(2), dropout);
            case QUESTION_ANSWERING -> new SpanClassifier(hidden, 0);
            default -> throw new IllegalArgumentException("MPNet has no " + head + ".");
        };
    }
}
