package io.github.peft4j.transformers.t5;

import com.google.auto.service.AutoService;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.Family;
import io.github.peft4j.transformers.family.FamilyParts;
import io.github.peft4j.transformers.head.EosClassifier;
import io.github.peft4j.transformers.head.LanguageModelHead;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.head.TokenClassifier;
import io.github.peft4j.transformers.seq2seq.DecoderTokens;
import io.github.peft4j.transformers.seq2seq.EncoderAlone;
import io.github.peft4j.transformers.seq2seq.EncoderDecoder;
import io.github.peft4j.transformers.seq2seq.SharedEmbedding;
import io.github.peft4j.transformers.seq2seq.ShiftRight;
import java.util.Map;
import java.util.Set;

/** Builds T5 or mT5. */
@AutoService(Family.class)
public final class T5Family implements Family {

    /** Creates the family. */
    public T5Family() {}

    @Override
    public Set<String> modelTypes() {
        return ImmutableSet.of("t5", "mt5");
    }

    @Override
    public Set<AutoClass> heads() {
        return Sets.immutableEnumSet(
                AutoClass.MODEL,
                AutoClass.TEXT_ENCODING,
                AutoClass.SEQ_2_SEQ_LM,
                AutoClass.SEQUENCE_CLASSIFICATION,
                AutoClass.TOKEN_CLASSIFICATION,
                AutoClass.QUESTION_ANSWERING);
    }

    /** Says of itself what files of transformers 4 say by whether the output is tied. */
    @Override
    public PretrainedConfig completed(PretrainedConfig config) {
        return config.modelType().equals("t5")
                ? config.withDefaults(
                        Map.of(T5Config.SCALES_OUTPUT, config.flag("tie_word_embeddings", true)))
                : config;
    }

    @Override
    public FamilyParts create(PretrainedConfig config, AutoClass head, CheckpointKeys keys) {
        return new Build(config, keys).parts(head);
    }

    /** One model in the making. */
    private static final class Build {

        private final PretrainedConfig config;
        private final T5Config sizes;
        private final SharedEmbedding words;

        Build(PretrainedConfig config, CheckpointKeys keys) {
            this.config = config;
            sizes = T5Config.from(config);
            words =
                    new SharedEmbedding(
                            keys, true, () -> new Embedding(sizes.vocabSize(), sizes.hiddenSize()));
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
                    words.table(),
                    new T5Stack(sizes, words.encoder(), false),
                    new T5Stack(sizes, words.decoder(), true),
                    new DecoderTokens(shift, fromLabels, fromText));
        }

        private EncoderAlone encoder() {
            return new EncoderAlone(words.table(), new T5Stack(sizes, words.encoder(), false));
        }

        private LanguageModelHead languageModel() {
            LanguageModelHead head = LanguageModelHead.seq2seq(words.output(sizes.hiddenSize()));
            return sizes.scalesOutput()
                    ? head.withInputScale(Math.pow(sizes.hiddenSize(), -0.5))
                    : head;
        }

        private FamilyParts.Builder named(
                String suffix, Backbone layers, boolean bare, double range) {
            String type = config.modelType();
            FamilyParts.Builder parts =
                    FamilyParts.builder(
                                    (type.equals("mt5") ? "MT5" : "T5") + suffix,
                                    "transformers.models." + type + ".modeling_" + type,
                                    layers)
                            .setPrefix("transformer", bare)
                            .setInputEmbedding("shared")
                            .setInitializerRange(range * sizes.initializerFactor());
            return words.addAliases(parts, bare ? "" : "transformer.");
        }
    }
}
