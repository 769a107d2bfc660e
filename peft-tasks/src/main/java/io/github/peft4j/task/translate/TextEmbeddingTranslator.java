package io.github.peft4j.task.translate;

import ai.djl.translate.TranslatorContext;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Token;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Texts to embeddings, for a {@code Predictor<String, float[]>} over a model without a head: its
 * outputs are hidden states [B, S, H] and, if it has a pooler, what that makes of them [B, H].
 *
 * <p>An embedding model was trained with one pooling and one choice about length, which its card
 * names; with others its vectors compare badly. What the checkpoint's or the adapter's folder says
 * of that must be said here too: a predictor refuses to go on without.
 *
 * <p>Immutable, and shared between threads as {@link TextClassificationTranslator} is.
 */
public final class TextEmbeddingTranslator extends RowTranslator<String, float[]> {

    private final Pooling pooling;
    private final boolean normalized;
    private final String prompt;
    private final EmbeddingChoices told;

    private TextEmbeddingTranslator(Builder builder) {
        super(builder.tokenizer, builder.encodeOptions());
        pooling = builder.pooling == null ? Pooling.MEAN : builder.pooling;
        normalized = builder.normalized;
        prompt = builder.prompt == null ? "" : builder.prompt;
        told =
                new EmbeddingChoices(
                        builder.pooling != null,
                        builder.prompt != null,
                        builder.options != null,
                        builder.tokenizer.longestRow(builder.encodeOptions()));
    }

    /**
     * Starts with the mean over tokens, and texts cut to the tokenizer's {@code model_max_length}.
     */
    public static Builder builder(Tokenizer tokenizer) {
        return new Builder(tokenizer);
    }

    /**
     * Compares what was not said with what the folders of the checkpoint and of the active adapters
     * say.
     *
     * @throws UnsupportedFeatureException if modules.json asks for what is not applied
     * @throws IllegalArgumentException if the encoder was trained otherwise
     */
    @Override
    public void prepare(TranslatorContext ctx) throws IOException {
        told.check(ctx.getModel().getBlock());
    }

    @Override
    TextInput text(String input) {
        return TextInput.of(prompt + input);
    }

    @Override
    float[] result(TextInput text, Encoding row, List<float[]> outputs) {
        float[] vector = pooled(row, outputs);
        return normalized ? unit(vector) : vector;
    }

    private float[] pooled(Encoding row, List<float[]> outputs) {
        if (pooling == Pooling.POOLER) {
            if (outputs.size() < 2) {
                throw new IllegalArgumentException(
                        "The model returns 1 array and so has no pooler. Use Pooling.MEAN or"
                                + " FIRST_TOKEN.");
            }
            return outputs.get(1);
        }
        float[] states = outputs.get(0);
        int width = states.length / row.length();
        if (width * row.length() != states.length) {
            throw new IllegalArgumentException(
                    ("The model's first array has %d numbers for %d tokens, which are no hidden"
                                    + " states. Load it with the task type FEATURE_EXTRACTION.")
                            .formatted(states.length, row.length()));
        }
        double[] sum = new double[width];
        int counted = 0;
        for (int token = 0; token < row.length(); token++) {
            if (row.kind(token) == Token.Kind.PADDING) {
                continue;
            }
            if (pooling == Pooling.FIRST_TOKEN) {
                return Arrays.copyOfRange(states, token * width, (token + 1) * width);
            }
            counted++;
            for (int i = 0; i < width; i++) {
                sum[i] += states[token * width + i];
            }
        }
        return scaled(sum, counted);
    }

    /** Of length 1; a vector of length 0 stays as it is. */
    private static float[] unit(float[] vector) {
        double squares = 0;
        double[] values = new double[vector.length];
        for (int i = 0; i < vector.length; i++) {
            values[i] = vector[i];
            squares += values[i] * values[i];
        }
        return squares == 0 ? vector : scaled(values, Math.sqrt(squares));
    }

    private static float[] scaled(double[] values, double by) {
        float[] scaled = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            scaled[i] = (float) (values[i] / by);
        }
        return scaled;
    }

    /** Collects options. */
    public static final class Builder {

        private final Tokenizer tokenizer;
        private @Nullable Pooling pooling;
        private boolean normalized;
        private @Nullable String prompt;
        private @Nullable EncodeOptions options;

        private Builder(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
        }

        private EncodeOptions encodeOptions() {
            return options == null
                    ? cutToModel(tokenizer, TruncationStrategy.LONGEST_FIRST)
                    : options;
        }

        /** How tokens become one vector; default the mean. */
        public Builder optPooling(Pooling value) {
            pooling = value;
            return this;
        }

        /** Whether vectors get length 1, so that their product is their cosine; default false. */
        public Builder optNormalize(boolean value) {
            normalized = value;
            return this;
        }

        /**
         * A text in front of each text, e.g. {@code "query: "}; default none. Encoders that were
         * trained with such texts need the one for what is embedded.
         */
        public Builder optPrompt(String text) {
            prompt = text;
            return this;
        }

        /** How texts are cut; padding and windows must stay off. */
        public Builder optEncodeOptions(EncodeOptions value) {
            options = value;
            return this;
        }

        /** The translator. */
        public TextEmbeddingTranslator build() {
            return new TextEmbeddingTranslator(this);
        }
    }
}
