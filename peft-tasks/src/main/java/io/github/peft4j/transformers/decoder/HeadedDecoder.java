package io.github.peft4j.transformers.decoder;

import io.github.peft4j.model.ModuleTree;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.nn.Linear;
import io.github.peft4j.nn.Module;
import io.github.peft4j.transformers.checkpoint.CheckpointKeys;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.FamilyParts;
import io.github.peft4j.transformers.family.Head;
import io.github.peft4j.transformers.head.LanguageModelHead;
import io.github.peft4j.transformers.head.LastTokenClassifier;
import io.github.peft4j.transformers.head.SpanClassifier;
import io.github.peft4j.transformers.head.TokenClassifier;

/**
 * Puts a head on a decoder's layers.
 *
 * @param config with the family's defaults
 * @param layers a {@link Module}
 * @param words the token embedding
 * @param features of a token where the head reads it
 * @param tied whether config.json ties the output to the token embedding
 * @param softCap bound on the scores of the vocabulary, or 0
 * @param initializerRange standard deviation of fresh weights
 */
public record HeadedDecoder(
        DecoderHeads names,
        PretrainedConfig config,
        Backbone layers,
        Embedding words,
        int features,
        boolean tied,
        double softCap,
        double initializerRange) {

    /** A decoder in Llama's shape. */
    public static HeadedDecoder of(
            DecoderHeads names,
            PretrainedConfig config,
            RotaryDecoder layers,
            DecoderConfig sizes) {
        return new HeadedDecoder(
                names,
                config,
                layers,
                layers.words(),
                sizes.hiddenSize(),
                sizes.tied(),
                0,
                sizes.initializerRange());
    }

    /** The same with bounded scores of the vocabulary. */
    public HeadedDecoder withSoftCap(double cap) {
        return new HeadedDecoder(
                names, config, layers, words, features, tied, cap, initializerRange);
    }

    /** The parts for a head. */
    public FamilyParts.Builder parts(AutoClass head, CheckpointKeys keys) {
        String classes = names.classes();
        int labels = config.numLabels(2);
        return switch (head) {
            case MODEL -> builder(classes + "Model").setPrefix(names.prefix(), true);
            case CAUSAL_LM -> languageModel(keys);
            case SEQUENCE_CLASSIFICATION ->
                    headed(
                            classes + "ForSequenceClassification",
                            new LastTokenClassifier(config, features));
            case TOKEN_CLASSIFICATION ->
                    headed(
                            classes + "ForTokenClassification",
                            new TokenClassifier(names.tokenHead(), features, labels, dropout()));
            case QUESTION_ANSWERING -> questionAnswering(classes + "ForQuestionAnswering");
            default -> throw new IllegalArgumentException(classes + " has no " + head + ".");
        };
    }

    private double dropout() {
        return config.probability("classifier_dropout", config.probability("hidden_dropout", 0.1));
    }

    private FamilyParts.Builder builder(String className) {
        return FamilyParts.builder(className, names.library(), layers)
                .setInputEmbedding(names.words())
                .setInitializerRange(initializerRange);
    }

    private FamilyParts.Builder headed(String className, Head head) {
        return builder(className).setPrefix(names.prefix(), false).optHead(head);
    }

    /** The output reads the token embedding, unless the file holds another weight for it. */
    private FamilyParts.Builder languageModel(CheckpointKeys keys) {
        String table = names.words() + ".weight";
        boolean apart =
                keys.differ("lm_head.weight", names.prefix() + "." + table)
                        || keys.differ("lm_head.weight", table);
        Linear output =
                tied && !apart
                        ? Linear.tiedTo(words.weight())
                        : new Linear(features, words.rows(), false);
        FamilyParts.Builder parts =
                headed(names.languageModel(), new LanguageModelHead("lm_head", output, 1, softCap))
                        .optOutputEmbedding("lm_head");
        return tied ? parts.addAlias(names.prefix() + "." + table, "lm_head.weight") : parts;
    }

    /** Files of other heads hold the layers under the usual prefix. */
    private FamilyParts.Builder questionAnswering(String className) {
        String prefix = names.questionPrefix();
        FamilyParts.Builder parts =
                builder(className)
                        .setPrefix(prefix, false)
                        .optHead(new SpanClassifier(features, 0));
        if (!prefix.equals(names.prefix())) {
            for (String key : ModuleTree.parameters((Module) layers).keySet()) {
                parts.addAlias(prefix + "." + key, names.prefix() + "." + key);
            }
        }
        return parts;
    }
}
