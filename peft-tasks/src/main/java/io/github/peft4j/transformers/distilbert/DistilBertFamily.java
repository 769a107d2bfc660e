package io.github.peft4j.transformers.distilbert;

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
import io.github.peft4j.transformers.head.SequenceLoss;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.head.TokenClassifier;
import java.util.Set;

/** Builds DistilBERT for a head: BERT under other names, without token types and pooler. */
@AutoService(Family.class)
public final class DistilBertFamily implements Family {

    private static final EncoderNaming SPELLING =
            new EncoderNaming("DistilBert", "distilbert", "distilbert");

    private static final CheckpointNaming NAMES =
            new CheckpointNaming(
                    "transformer.layer",
                    "attention.q_lin",
                    "attention.k_lin",
                    "attention.v_lin",
                    "attention.out_lin",
                    "sa_layer_norm",
                    "ffn.lin1",
                    "ffn.lin2",
                    "output_layer_norm");

    private static final MaskedLanguageModel.Names MASKED_NAMES =
            new MaskedLanguageModel.Names(
                    "vocab_transform", "vocab_layer_norm", "vocab_projector", "", false);

    /** Creates the family. */
    public DistilBertFamily() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("distilbert");
    }

    @Override
    public Set<AutoClass> heads() {
        return EncoderNaming.HEADS;
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        EncoderConfig sizes = DistilBertConfig.from(config);
        EncoderModel layers = EncoderModel.builder(sizes, NAMES).build();
        FamilyParts.Builder parts = SPELLING.parts(head, layers, sizes);
        if (head == AutoClass.MASKED_LM) {
            return layers.masked(MASKED_NAMES, sizes.form().activation())
                    .on(parts, config, keys, SPELLING.words());
        }
        return parts.optHead(head(head, config, sizes.form())).build();
    }

    private static Head head(AutoClass head, PretrainedConfig config, EncoderSpec form) {
        int hidden = form.hiddenSize();
        return switch (head) {
            case MODEL -> new NoHead();
            case SEQUENCE_CLASSIFICATION ->
                    new DenseClassifier(
                            config,
                            hidden,
                            new DenseClassifier.Form(
                                    "pre_classifier",
                                    "classifier",
                                    ActivationFunction.RELU,
                                    0,
                                    config.probability("seq_classif_dropout", 0.2)),
                            SequenceLoss::usual);
            case TOKEN_CLASSIFICATION ->
                    new TokenClassifier(hidden, config.numLabels(2), form.hiddenDropout());
            case QUESTION_ANSWERING ->
                    new SpanClassifier(hidden, config.probability("qa_dropout", 0.1));
            default -> throw new IllegalArgumentException("DistilBERT has no " + head + ".");
        };
    }
}
