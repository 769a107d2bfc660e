package io.github.peft4j.transformers.t5;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.transformers.AutoClass;
import io.github.peft4j.transformers.Backbone;
import io.github.peft4j.transformers.CheckpointKeys;
import io.github.peft4j.transformers.Family;
import io.github.peft4j.transformers.FamilyParts;
import io.github.peft4j.transformers.PretrainedConfig;
import io.github.peft4j.transformers.head.EosClassifier;
import io.github.peft4j.transformers.head.LanguageModelHead;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.head.TokenClassifier;
import io.github.peft4j.transformers.seq2seq.DecoderTokens;
import io.github.peft4j.transformers.seq2seq.EncoderAlone;
import io.github.peft4j.transformers.seq2seq.EncoderDecoder;
import io.github.peft4j.transformers.seq2seq.ShiftRight;

/** Builds T5 or mT5 for a head. */
public final class T5Family implements Family {

    private static final String SHARED = "shared.weight";
    private static final String ENCODER = "encoder.embed_tokens.weight";
    private static final String DECODER = "decoder.embed_tokens.weight";
    private static final String OUTPUT = "lm_head.weight";

    /** Creates the family. */
    public T5Family() {}

    @Override
    public ImmutableSet<String> modelTypes() {
        return ImmutableSet.of("t5", "mt5");
    }

    @Override
    public ImmutableSet<AutoClass> heads() {
        return Sets.immutableEnumSet(
                AutoClass.MODEL,
                AutoClass.TEXT_ENCODING,
                AutoClass.SEQ_2_SEQ_LM,
                AutoClass.SEQUENCE_CLASSIFICATION,
                AutoClass.TOKEN_CLASSIFICATION,
                AutoClass.QUESTION_ANSWERING);
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        return new Build(config, keys).parts(head);
    }

    /** One model in the making. */
    private static final class Build {

        private final PretrainedConfig config;
        private final T5Config sizes;
        private final CheckpointKeys keys;
        private final Embedding shared;

        Build(PretrainedConfig config, CheckpointKeys keys) {
            this.config = config;
            this.keys = keys;
            sizes = T5Config.from(config);
            shared = new Embedding(sizes.vocabSize(), sizes.hiddenSize());
        }

        FamilyParts parts(AutoClass head) {
            double classifierRange = Math.pow(sizes.hiddenSize(), -0.5);
            return switch (head) {
                case MODEL -> named("Model", both(false, false), true, 1).build();
                case TEXT_ENCODING -> named("EncoderModel", encoder(), true, 1).build();
                case SEQ_2_SEQ_LM ->
                        named("ForConditionalGeneration", both(true, false), true, 1)
                                .optHead(languageModel())
                                .optOutputEmbedding("lm_head")
                                .build();
                case SEQUENCE_CLASSIFICATION ->
                        named(
                                        "ForSequenceClassification",
                                        both(false, true),
                                        false,
                                        classifierRange)
                                .optHead(
                                        new EosClassifier(
                                                config,
                                                sizes.hiddenSize(),
                                                config.integer("eos_token_id", 1),
                                                sizes.classifierDropout()))
                                .build();
                case TOKEN_CLASSIFICATION ->
                        named("ForTokenClassification", encoder(), false, 1)
                                .optHead(
                                        new TokenClassifier(
                                                sizes.hiddenSize(),
                                                config.numLabels(2),
                                                sizes.classifierDropout()))
                                .build();
                case QUESTION_ANSWERING ->
                        named("ForQuestionAnswering", both(false, true), true, classifierRange)
                                .optHead(new SpanClassifier(sizes.hiddenSize(), 0))
                                .build();
                default -> throw new IllegalArgumentException("T5 has no " + head + ".");
            };
        }

        private EncoderDecoder both(boolean fromLabels, boolean fromText) {
            ShiftRight shift =
                    ShiftRight.FromStart.of(config, config.modelType().equals("mt5") ? 0 : -1, 0);
            return new EncoderDecoder(
                    shared,
                    new T5Stack(sizes, words(ENCODER), false),
                    new T5Stack(sizes, words(DECODER), true),
                    new DecoderTokens(shift, fromLabels, fromText));
        }

        private EncoderAlone encoder() {
            return new EncoderAlone(shared, new T5Stack(sizes, words(ENCODER), false));
        }

        /** Tied unless the file holds two tables that differ. */
        private Embedding words(String key) {
            return keys.differ(key, SHARED)
                    ? new Embedding(sizes.vocabSize(), sizes.hiddenSize())
                    : shared.tied();
        }

        private LanguageModelHead languageModel() {
            Linear layer =
                    keys.differ(OUTPUT, SHARED)
                            ? new Linear(sizes.hiddenSize(), sizes.vocabSize(), false)
                            : Linear.tiedTo(shared.weight());
            LanguageModelHead head = LanguageModelHead.seq2seq(layer);
            return sizes.scalesOutput()
                    ? head.withInputScale(Math.pow(sizes.hiddenSize(), -0.5))
                    : head;
        }

        private FamilyParts.Builder named(
                String suffix, Backbone layers, boolean bare, double range) {
            String type = config.modelType();
            String table = bare ? SHARED : "transformer." + SHARED;
            return FamilyParts.builder(
                            (type.equals("mt5") ? "MT5" : "T5") + suffix,
                            "transformers.models." + type + ".modeling_" + type,
                            layers)
                    .setPrefix("transformer", bare)
                    .setInputEmbedding("shared")
                    .setInitializerRange(range * sizes.initializerFactor())
                    .addAlias(table, ENCODER)
                    .addAlias(table, DECODER)
                    .addAlias(table, OUTPUT);
        }
    }
}
