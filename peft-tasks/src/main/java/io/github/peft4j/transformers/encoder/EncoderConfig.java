package io.github.peft4j.transformers.encoder;

import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.nn.Embedding;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;

/**
 * Sizes of an encoder, from config.json.
 *
 * @param vocabSize rows of the word embedding
 * @param maxPositions rows of the position embedding
 * @param typeVocabSize rows of the token type embedding; 0 for none
 * @param padTokenId the word embedding's row without a gradient, or -1 for none
 * @param form of the layers
 * @param initializerRange standard deviation of fresh weights
 */
public record EncoderConfig(
        int vocabSize,
        int maxPositions,
        int typeVocabSize,
        int padTokenId,
        EncoderSpec form,
        double initializerRange) {

    /** BERT's sizes, which most families take as their defaults. */
    public static final EncoderConfig BASE =
            new EncoderConfig(30522, 512, 2, 0, EncoderSpec.BASE, 0.02);

    /**
     * Reads the sizes under BERT's keys; absent ones take these defaults.
     *
     * @throws UnsupportedFeatureException if the config asks for a decoder, or for positions other
     *     than the family's
     */
    public static EncoderConfig from(PretrainedConfig config, EncoderConfig defaults) {
        refuseDecoder(config);
        String positions = config.string("position_embedding_type").orElse("absolute");
        if (!positions.equals("absolute")) {
            throw new UnsupportedFeatureException(
                    "position_embedding_type '"
                            + JsonReasons.shown(positions)
                            + "' is not available. Only 'absolute' is, as in transformers 5; take"
                            + " another checkpoint.");
        }
        return new EncoderConfig(
                config.positive("vocab_size", defaults.vocabSize),
                config.positive("max_position_embeddings", defaults.maxPositions),
                config.integer("type_vocab_size", defaults.typeVocabSize),
                padTokenId(config, defaults.padTokenId),
                EncoderSpec.from(config, defaults.form),
                config.decimal("initializer_range", defaults.initializerRange));
    }

    /**
     * What {@code pad_token_id} says: a row, the default where it is absent, -1 where it is null.
     */
    public static int padTokenId(PretrainedConfig config, int missing) {
        return config.isNull("pad_token_id") ? -1 : config.paddingRow(missing);
    }

    private static void refuseDecoder(PretrainedConfig config) {
        for (String key : new String[] {"is_decoder", "add_cross_attention"}) {
            if (config.flag(key, false)) {
                throw new UnsupportedFeatureException(
                        key
                                + " is true in config.json, but models of type "
                                + config.modelType()
                                + " are available as encoders alone. Set it to false"
                                + " (addConfigOverride), or take a decoder such as gpt2 or llama.");
            }
        }
    }

    /** A fresh table of the vocabulary, whose row of padding gets no gradient. */
    public Embedding words(int width) {
        return padTokenId < 0
                ? new Embedding(vocabSize, width)
                : new Embedding(vocabSize, width, padTokenId);
    }

    /** The same sizes with another vocabulary. */
    public EncoderConfig withVocabSize(int size) {
        return new EncoderConfig(
                size, maxPositions, typeVocabSize, padTokenId, form, initializerRange);
    }

    /** The same sizes with another row for padding. */
    public EncoderConfig withPadTokenId(int id) {
        return new EncoderConfig(
                vocabSize, maxPositions, typeVocabSize, id, form, initializerRange);
    }

    /** The same sizes with so many token types; 0 for none. */
    public EncoderConfig withTypeVocabSize(int size) {
        return new EncoderConfig(vocabSize, maxPositions, size, padTokenId, form, initializerRange);
    }

    /** The same sizes with other layers. */
    public EncoderConfig withForm(EncoderSpec other) {
        return new EncoderConfig(
                vocabSize, maxPositions, typeVocabSize, padTokenId, other, initializerRange);
    }
}
