package io.github.peft4j.transformers.roberta;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableMap;
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
import java.util.Objects;
import java.util.Set;

/** Builds RoBERTa, XLM-RoBERTa and CamemBERT for a head: one architecture of three names. */
@AutoService(Family.class)
public final class RobertaFamily implements Family {

    private static final ImmutableMap<String, EncoderNaming> SPELLINGS =
            ImmutableMap.of(
                    "roberta", new EncoderNaming("Roberta", "roberta", "roberta"),
                    "xlm-roberta", new EncoderNaming("XLMRoberta", "xlm_roberta", "roberta"),
                    "camembert", new EncoderNaming("Camembert", "camembert", "roberta"));

    private static final EncoderConfig DEFAULTS = EncoderConfig.BASE.withPadTokenId(1);

    /** Where RoBERTa's own files name no vocabulary. */
    private static final int ROBERTA_VOCABULARY = 50265;

    /** Creates the family. */
    public RobertaFamily() {}

    @Override
    public Set<String> modelTypes() {
        return SPELLINGS.keySet();
    }

    @Override
    public Set<AutoClass> heads() {
        return EncoderNaming.HEADS;
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        String type = config.modelType();
        EncoderNaming spelling = Objects.requireNonNull(SPELLINGS.get(type));
        EncoderConfig defaults =
                type.equals("roberta") ? DEFAULTS.withVocabSize(ROBERTA_VOCABULARY) : DEFAULTS;
        EncoderConfig sizes = EncoderConfig.from(config, defaults);
        EncoderModel layers =
                EncoderModel.builder(sizes, CheckpointNaming.BERT)
                        .optPositions(PositionRule.AFTER_PADDING)
                        .optPooler(
                                head == AutoClass.MODEL && keys.anyEndsWith("pooler.dense.weight"))
                        .optTakesCache()
                        .build();
        FamilyParts.Builder parts = spelling.parts(head, layers, sizes);
        if (head == AutoClass.MASKED_LM) {
            return layers.masked(MaskedLanguageModel.Names.ROBERTA, ActivationFunction.GELU)
                    .on(parts, config, keys, spelling.words());
        }
        return parts.optHead(head(head, config, sizes.form())).build();
    }

    private static Head head(AutoClass head, PretrainedConfig config, EncoderSpec form) {
        int hidden = form.hiddenSize();
        double dropout = config.probability("classifier_dropout", form.hiddenDropout());
        return switch (head) {
            case MODEL -> new NoHead();
            case SEQUENCE_CLASSIFICATION ->
                    new DenseClassifier(config, hidden, ActivationFunction.TANH, dropout);
            case TOKEN_CLASSIFICATION -> new TokenClassifier(hidden, config.numLabels(2), dropout);
            case QUESTION_ANSWERING -> new SpanClassifier(hidden, 0);
            default -> throw new IllegalArgumentException("RoBERTa has no " + head + ".");
        };
    }
}
