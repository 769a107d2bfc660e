package io.github.peft4j.task.translate;

import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;

/**
 * Texts to a number each, for a {@code Predictor<String, Float>} over a model with one output.
 *
 * <p>Immutable, and shared between threads as {@link TextClassificationTranslator} is.
 */
public final class TextRegressionTranslator extends SequenceTranslator<Float> {

    /** Cuts texts to the tokenizer's {@code model_max_length}. */
    public TextRegressionTranslator(Tokenizer tokenizer) {
        this(tokenizer, SequenceTranslator.cutToModel(tokenizer));
    }

    /** Cuts texts as told. */
    public TextRegressionTranslator(Tokenizer tokenizer, EncodeOptions options) {
        super(tokenizer, options);
    }

    @Override
    Float result(float[] logits) {
        if (logits.length != 1) {
            throw new IllegalArgumentException(
                    ("The model gives %d numbers a text; a regression gives one. Use "
                                    + "TextClassificationTranslator, or load the model with one "
                                    + "label.")
                            .formatted(logits.length));
        }
        return logits[0];
    }
}
