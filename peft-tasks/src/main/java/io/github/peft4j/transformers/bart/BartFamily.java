package io.github.peft4j.transformers.bart;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.transformers.AutoClass;
import io.github.peft4j.transformers.CheckpointKeys;
import io.github.peft4j.transformers.Family;
import io.github.peft4j.transformers.FamilyParts;
import io.github.peft4j.transformers.PretrainedConfig;
import io.github.peft4j.transformers.head.EosClassifier;
import io.github.peft4j.transformers.head.LanguageModelHead;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.seq2seq.DecoderTokens;
import io.github.peft4j.transformers.seq2seq.EncoderDecoder;
import io.github.peft4j.transformers.seq2seq.ShiftRight;

/** Builds BART or MBART for a head. */
public final class BartFamily implements Family {

    private static final String SHARED = "shared.weight";
    private static final String ENCODER = "encoder.embed_tokens.weight";
    private static final String DECODER = "decoder.embed_tokens.weight";
    private static final String OUTPUT = "lm_head.weight";
    private static final String BIAS = "final_logits_bias";

    /** Creates the family. */
    public BartFamily() {}

    @Override
    public ImmutableSet<String> modelTypes() {
        return ImmutableSet.of("bart", "mbart");
    }

    @Override
    public ImmutableSet<AutoClass> heads() {
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
        private final Embedding shared;

        Build(PretrainedConfig config, CheckpointKeys keys) {
            this.config = config;
            this.keys = keys;
            sizes = BartConfig.from(config);
            shared = words();
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
                            shared,
                            new BartStack(sizes, words(ENCODER), false),
                            new BartStack(sizes, words(DECODER), true),
                            new DecoderTokens(shift, fromLabels, true));
            String table = bare ? SHARED : "model." + SHARED;
            FamilyParts.Builder parts =
                    FamilyParts.builder(
                                    (type.equals("mbart") ? "MBart" : "Bart") + suffix,
                                    "transformers.models." + type + ".modeling_" + type,
                                    layers)
                            .setPrefix("model", bare)
                            .setInputEmbedding("shared")
                            .setInitializerRange(sizes.initializerRange());
            return sizes.tied()
                    ? parts.addAlias(table, ENCODER)
                            .addAlias(table, DECODER)
                            .addAlias(table, OUTPUT)
                    : parts;
        }

        private Embedding words() {
            double scale = sizes.scalesEmbedding() ? Math.sqrt(sizes.hiddenSize()) : 1;
            return new Embedding(sizes.vocabSize(), sizes.hiddenSize(), sizes.padTokenId(), scale);
        }

        /** Tied unless the file holds two tables that differ, or the config says so. */
        private Embedding words(String key) {
            return isTied(key) ? shared.tied() : words();
        }

        private boolean isTied(String key) {
            return sizes.tied() && !keys.differ(key, SHARED);
        }

        private LanguageModelHead languageModel() {
            Linear layer =
                    isTied(OUTPUT)
                            ? Linear.tiedTo(shared.weight())
                            : new Linear(sizes.hiddenSize(), sizes.vocabSize(), false);
            Parameter bias =
                    keys.contains(BIAS)
                            ? Parameter.builder()
                                    .setName(BIAS)
                                    .setType(Parameter.Type.BIAS)
                                    .optShape(new Shape(1, sizes.vocabSize()))
                                    .build()
                            : null;
            return LanguageModelHead.seq2seq(layer).withBias(bias);
        }
    }
}
