package io.github.peft4j.transformers.bart;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.family.FamilyParts;
import io.github.peft4j.transformers.head.EosClassifier;
import io.github.peft4j.transformers.head.LanguageModelHead;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.seq2seq.DecoderTokens;
import io.github.peft4j.transformers.seq2seq.EncoderDecoder;
import io.github.peft4j.transformers.seq2seq.SharedEmbedding;
import io.github.peft4j.transformers.seq2seq.ShiftRight;
import java.util.Set;

/** Builds BART or MBART. */
@AutoService(Family.class)
public final class BartFamily implements Family {

    private static final String BIAS = "final_logits_bias";

    /** Creates the family. */
    public BartFamily() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("bart", "mbart");
    }

    @Override
    public Set<AutoClass> heads() {
        return Sets.immutableEnumSet(
                AutoClass.MODEL,
                AutoClass.SEQ_2_SEQ_LM,
                AutoClass.SEQUENCE_CLASSIFICATION,
                AutoClass.QUESTION_ANSWERING);
    }

    /** A BART whose file names no labels has three: it was made for natural language inference. */
    @Override
    public PretrainedConfig completed(PretrainedConfig config) {
        boolean open = !config.has("id2label") && !config.has("num_labels");
        return open && config.modelType().equals("bart") ? config.with("num_labels", 3) : config;
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        return new Build(config, keys).parts(head);
    }

    /** One model in the making. */
    private static final class Build {

        private final PretrainedConfig config;
        private final BartConfig sizes;
        private final CheckpointKeys keys;
        private final SharedEmbedding words;

        Build(PretrainedConfig config, CheckpointKeys keys) {
            this.config = config;
            this.keys = keys;
            sizes = BartConfig.from(config);
            double scale = sizes.scalesEmbedding() ? Math.sqrt(sizes.hiddenSize()) : 1;
            words =
                    new SharedEmbedding(
                            keys,
                            sizes.tied(),
                            () ->
                                    new Embedding(
                                            sizes.vocabSize(),
                                            sizes.hiddenSize(),
                                            sizes.padTokenId(),
                                            scale));
        }

        FamilyParts parts(AutoClass head) {
            return switch (head) {
                case MODEL -> named("Model", false, true).build();
                case SEQ_2_SEQ_LM ->
                        named("ForConditionalGeneration", true, false)
                                .optHead(languageModel())
                                .optOutputEmbedding("lm_head")
                                .build();
                case SEQUENCE_CLASSIFICATION ->
                        named("ForSequenceClassification", false, false)
                                .optHead(
                                        new EosClassifier(
                                                config,
                                                sizes.hiddenSize(),
                                                config.integer("eos_token_id", 2),
                                                sizes.classifierDropout()))
                                .build();
                case QUESTION_ANSWERING ->
                        named("ForQuestionAnswering", false, false)
                                .optHead(new SpanClassifier(sizes.hiddenSize(), 0))
                                .build();
                default -> throw new IllegalArgumentException("BART has no " + head + ".");
            };
        }

        private FamilyParts.Builder named(String suffix, boolean fromLabels, boolean bare) {
            String type = config.modelType();
            ShiftRight start = ShiftRight.FromStart.of(config, 2, 1);
            ShiftRight shift = type.equals("mbart") ? new ShiftRight.FromLast(start.pad()) : start;
            EncoderDecoder layers =
                    new EncoderDecoder(
                            words.table(),
                            new BartStack(sizes, words.encoder(), false),
                            new BartStack(sizes, words.decoder(), true),
                            new DecoderTokens(shift, fromLabels, true));
            FamilyParts.Builder parts =
                    FamilyParts.builder(
                                    (type.equals("mbart") ? "MBart" : "Bart") + suffix,
                                    "transformers.models." + type + ".modeling_" + type,
                                    layers)
                            .setPrefix("model", bare)
                            .setInputEmbedding("shared")
                            .setInitializerRange(sizes.initializerRange());
            return words.addAliases(parts, bare ? "" : "model.");
        }

        private LanguageModelHead languageModel() {
            Parameter bias =
                    keys.contains(BIAS)
                            ? Parameter.builder()
                                    .setName(BIAS)
                                    .setType(Parameter.Type.BIAS)
                                    .optShape(new Shape(1, sizes.vocabSize()))
                                    .build()
                            : null;
            return LanguageModelHead.seq2seq(words.output(sizes.hiddenSize())).withBias(bias);
        }
    }
}
