package io.github.peft4j.transformers.deberta;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
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

/** Builds DeBERTa of versions 2 and 3. */
@AutoService(Family.class)
public final class DebertaV2Family implements Family {

    private static final EncoderNaming SPELLING =
            new EncoderNaming("DebertaV2", "deberta_v2", "deberta");

    /** The head of DeBERTa's authors, which transformers takes if {@code legacy} is false. */
    private static final MaskedLanguageModel.Names AUTHORS_NAMES =
            new MaskedLanguageModel.Names(
                    "lm_predictions.lm_head.dense",
                    "lm_predictions.lm_head.LayerNorm",
                    "",
                    "lm_predictions.lm_head",
                    false);

    /** Creates the family. */
    public DebertaV2Family() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("deberta-v2");
    }

    @Override
    public Set<AutoClass> heads() {
        return EncoderNaming.HEADS;
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        DebertaV2Config sizes = DebertaV2Config.from(config);
        EncoderSpec form = sizes.sizes().form();
        DebertaV2Model layers = new DebertaV2Model(sizes);
        FamilyParts.Builder parts = SPELLING.parts(head, layers, sizes.sizes());
        if (head == AutoClass.MASKED_LM) {
            MaskedLanguageModel.Names names =
                    config.flag("legacy", true) ? MaskedLanguageModel.Names.BERT : AUTHORS_NAMES;
            return layers.masked(names, form.activation())
                    .on(parts, config, keys, SPELLING.words());
        }
        return parts.optHead(head(head, config, form)).build();
    }

    private static Head head(AutoClass head, PretrainedConfig config, EncoderSpec form) {
        int hidden = form.hiddenSize();
        return switch (head) {
            case MODEL -> new NoHead();
            case SEQUENCE_CLASSIFICATION ->
                    new DenseClassifier(config, hidden, pooler(config, form), DebertaLoss::of);
            case TOKEN_CLASSIFICATION ->
                    new TokenClassifier(hidden, config.numLabels(2), form.hiddenDropout());
            case QUESTION_ANSWERING -> new SpanClassifier(hidden, 0);
            default -> throw new IllegalArgumentException("DeBERTa has no " + head + ".");
        };
    }

    private static DenseClassifier.Form pooler(PretrainedConfig config, EncoderSpec form) {
        return new DenseClassifier.Form(
                "pooler.dense",
                "classifier",
                config.activation("pooler_hidden_act", "gelu"),
                config.probability("pooler_dropout", 0),
                config.probability("cls_dropout", form.hiddenDropout()));
    }
}
