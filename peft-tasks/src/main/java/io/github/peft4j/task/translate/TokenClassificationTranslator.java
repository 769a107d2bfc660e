package io.github.peft4j.task.translate;

import ai.djl.modality.nlp.translator.NamedEntity;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.TruncationStrategy;
import java.util.List;

/**
 * Texts to the entities in them, for a {@code Predictor<String, NamedEntity[]>} over a model whose
 * first output is token logits [B, S, L].
 *
 * <p>An entity's start and end count Java chars, so that {@code text.substring} takes them; its
 * index is the place of its first token, special tokens included. Tokens with the label {@code O}
 * are left out. A word of several tokens is what the tokenizer calls one, so that Hugging Face's
 * guess at words, where a tokenizer has no word pieces, may join other tokens.
 *
 * <p>Immutable, and shared between threads as {@link TextClassificationTranslator} is.
 *
 * @see <a href="https://huggingface.co/docs/transformers/main_classes/pipelines">Hugging Face,
 *     TokenClassificationPipeline</a>
 */
public final class TokenClassificationTranslator extends RowTranslator<String, NamedEntity[]> {

    private final List<String> labels;
    private final EntityAggregation aggregation;

    private TokenClassificationTranslator(Builder builder) {
        super(builder.tokenizer, builder.options);
        labels = builder.labels;
        aggregation = builder.aggregation;
    }

    /**
     * Starts with the labels of a model's config, a token an entity, and texts cut to the
     * tokenizer's {@code model_max_length}.
     *
     * @param model the base of a {@code PeftModel}, or a model without adapters
     */
    public static Builder builder(Tokenizer tokenizer, BaseModel model) {
        return new Builder(tokenizer, config(model).labels(2));
    }

    @Override
    TextInput text(String input) {
        return TextInput.of(input);
    }

    @Override
    NamedEntity[] result(TextInput text, Encoding row, List<float[]> outputs) {
        String original = ((TextInput.Single) text).text();
        return TokenEntities.of(original, row, outputs.get(0), labels, aggregation);
    }

    /** Collects options. */
    public static final class Builder {

        private final Tokenizer tokenizer;
        private List<String> labels;
        private EntityAggregation aggregation = EntityAggregation.NONE;
        private EncodeOptions options;

        private Builder(Tokenizer tokenizer, List<String> labels) {
            this.tokenizer = tokenizer;
            this.labels = labels;
            options = cutToModel(tokenizer, TruncationStrategy.LONGEST_FIRST);
        }

        /** Other names for the classes, in the order of their indices. */
        public Builder optLabels(List<String> names) {
            labels = ImmutableList.copyOf(names);
            return this;
        }

        /** How tokens become entities; default NONE, each token by itself. */
        public Builder optAggregation(EntityAggregation value) {
            aggregation = value;
            return this;
        }

        /** How texts are cut; padding and windows must stay off. */
        public Builder optEncodeOptions(EncodeOptions value) {
            options = value;
            return this;
        }

        /** The translator. */
        public TokenClassificationTranslator build() {
            return new TokenClassificationTranslator(this);
        }
    }
}
