package io.github.peft4j.task.translate;

import ai.djl.modality.Classifications;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts to the probabilities of classes, for a {@code Predictor<String, Classifications>}.
 *
 * <pre>{@code
 * Model model = Model.newInstance("sentiment", Engines.PYTORCH);
 * model.setBlock(peftModel);
 * Translator<String, Classifications> translator =
 *         TextClassificationTranslator.builder(tokenizer, peftModel.base()).build();
 * try (Predictor<String, Classifications> predictor = model.newPredictor(translator)) {
 *     predictor.predict("A fine film.").best();
 * }
 * }</pre>
 *
 * <p>One label of many: softmax. Several labels at once ({@code problem_type} {@code
 * multi_label_classification}): a sigmoid each, and the probabilities do not add up to 1.
 *
 * <p>Immutable: any number of predictors in any number of threads may share one translator, as they
 * may share the model; a single predictor belongs to one thread. The tokenizer must stay open.
 */
public final class TextClassificationTranslator extends SequenceTranslator<Classifications> {

    private final List<String> labels;
    private final boolean multiLabel;

    private TextClassificationTranslator(Builder builder) {
        super(builder.tokenizer, builder.options);
        labels = builder.labels;
        multiLabel = builder.multiLabel;
    }

    /**
     * Starts with the labels and the problem type of a model's config, and texts cut to the
     * tokenizer's {@code model_max_length}.
     *
     * @param model the base of a {@code PeftModel}, or a model without adapters
     */
    public static Builder builder(Tokenizer tokenizer, BaseModel model) {
        return new Builder(tokenizer, config(model));
    }

    @Override
    Classifications result(float[] logits) {
        if (logits.length != labels.size()) {
            throw new IllegalArgumentException(
                    ("The model gives %d numbers a text for %d labels %s. Build the "
                                    + "translator from the model that predicts, or set optLabels.")
                            .formatted(logits.length, labels.size(), labels));
        }
        return new Classifications(
                labels,
                multiLabel ? sigmoid(logits) : Doubles.asList(Probabilities.softmax(logits)));
    }

    private static List<Double> sigmoid(float[] logits) {
        List<Double> probabilities = new ArrayList<>();
        for (float logit : logits) {
            probabilities.add(1 / (1 + Math.exp(-logit)));
        }
        return probabilities;
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private final Tokenizer tokenizer;
        private List<String> labels;
        private boolean multiLabel;
        private EncodeOptions options;

        private Builder(Tokenizer tokenizer, PretrainedConfig config) {
            this.tokenizer = tokenizer;
            labels = config.labels(2);
            multiLabel =
                    config.string("problem_type").orElse("").equals("multi_label_classification");
            options = SequenceTranslator.cutToModel(tokenizer);
        }

        /** Other names for the classes, in the order of their indices. */
        public Builder optLabels(List<String> names) {
            labels = ImmutableList.copyOf(names);
            return this;
        }

        /** Whether several labels may hold at once, whatever the config says. */
        public Builder optMultiLabel(boolean value) {
            multiLabel = value;
            return this;
        }

        /** How texts are cut; padding and windows must stay off. */
        public Builder optEncodeOptions(EncodeOptions value) {
            options = value;
            return this;
        }

        /**
         * The translator.
         *
         * @throws IllegalArgumentException if there is one label only, which softmax makes 1
         */
        public TextClassificationTranslator build() {
            if (labels.size() < 2 && !multiLabel) {
                throw new IllegalArgumentException(
                        ("Labels %s leave nothing to choose from. Use "
                                        + "TextRegressionTranslator for a model with one output, "
                                        + "or optMultiLabel(true).")
                                .formatted(labels));
            }
            return new TextClassificationTranslator(this);
        }
    }
}
