package io.github.peft4j.transformers;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.transformers.checkpoint.PretrainedConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a checkpoint is read.
 *
 * @param labels names of the labels of a head of one's own, which may start fresh without a
 *     warning; empty keeps those of config.json
 * @param configOverrides values laid over config.json
 * @param vocabSize rows of the token tables, for an adapter that was trained with more tokens than
 *     the checkpoint has; 0 keeps those of the checkpoint
 * @param headFromAdapter whether an adapter will bring the head, so that none is missed
 * @param precision how the weights of the layers are held
 */
public record LoadOptions(
        List<String> labels,
        Map<String, Object> configOverrides,
        int vocabSize,
        boolean headFromAdapter,
        Precision precision) {

    private static final String ID2LABEL = "id2label";
    private static final ImmutableList<String> PROBLEM_TYPES =
            ImmutableList.of(
                    "regression", "single_label_classification", "multi_label_classification");

    /** Copies the collections. */
    public LoadOptions {
        labels = ImmutableList.copyOf(labels);
        configOverrides = ImmutableMap.copyOf(configOverrides);
    }

    /** As config.json says. */
    public static final LoadOptions DEFAULT = builder().build();

    /** Starts with the values of config.json. */
    public static Builder builder() {
        return new Builder();
    }

    /** The config with these options laid over it. */
    PretrainedConfig apply(PretrainedConfig config) {
        PretrainedConfig result =
                configOverrides.containsKey(ID2LABEL) ? config.withoutLabels() : config;
        for (Map.Entry<String, Object> entry : configOverrides.entrySet()) {
            result = result.with(entry.getKey(), entry.getValue());
        }
        if (!labels.isEmpty()) {
            Map<String, Object> names = new LinkedHashMap<>();
            Map<String, Object> numbers = new LinkedHashMap<>();
            for (int i = 0; i < labels.size(); i++) {
                names.put(Integer.toString(i), labels.get(i));
                numbers.put(labels.get(i), i);
            }
            result = result.withoutLabels().with(ID2LABEL, names).with("label2id", numbers);
        }
        return vocabSize == 0 ? result : result.with("vocab_size", vocabSize);
    }

    /** Whether the caller says how many labels the head has, whatever the checkpoint holds. */
    boolean asksForHead() {
        return !labels.isEmpty()
                || configOverrides.containsKey(ID2LABEL)
                || configOverrides.containsKey("num_labels");
    }

    /** Builds options. */
    public static final class Builder {

        private ImmutableList<String> labels = ImmutableList.of();
        private final ImmutableMap.Builder<String, Object> overrides = ImmutableMap.builder();

        private int vocabSize;
        private boolean headFromAdapter;
        private Precision precision = Precision.FLOAT32;

        private Builder() {}

        /**
         * Gives the head one output for each of these labels. A head of the checkpoint that has
         * another number of outputs is left out with a warning, and a fresh one takes its place.
         */
        public Builder optLabels(String... names) {
            labels = ImmutableList.copyOf(names);
            return this;
        }

        /** Gives the head one output for each of these labels. */
        public Builder optLabels(Iterable<String> names) {
            labels = ImmutableList.copyOf(names);
            return this;
        }

        /**
         * Says what the head predicts, {@code problem_type} of config.json: {@code regression},
         * {@code single_label_classification} or {@code multi_label_classification}. It decides on
         * the loss and on how logits become scores.
         *
         * @throws IllegalArgumentException if it is none of these
         */
        public Builder optProblemType(String type) {
            Preconditions.checkArgument(
                    PROBLEM_TYPES.contains(type),
                    "problem_type '%s' is unknown. Use one of %s.",
                    type,
                    PROBLEM_TYPES);
            return addConfigOverride("problem_type", type);
        }

        /** Lays a value over config.json, e.g. {@code hidden_dropout_prob}. */
        public Builder addConfigOverride(String key, Object value) {
            overrides.put(key, value);
            return this;
        }

        /**
         * Gives the token tables so many rows, as {@code resize_token_embeddings} does: rows that
         * the checkpoint lacks are the mean of its own, until an adapter brings them; rows beyond
         * are left out.
         *
         * @throws IllegalArgumentException if the number is not positive
         */
        public Builder optVocabSize(int tokens) {
            Preconditions.checkArgument(
                    tokens > 0,
                    "The vocabulary is to have %s tokens. Give the number of rows that the adapter"
                            + " was trained with.",
                    tokens);
            vocabSize = tokens;
            return this;
        }

        /**
         * Says that an adapter brings the head, so that no warning comes of a head that starts
         * fresh. Default false.
         */
        public Builder optHeadFromAdapter(boolean value) {
            headFromAdapter = value;
            return this;
        }

        /**
         * How the weights of the layers are held: {@link Precision#FLOAT32} unless this says
         * otherwise. The model says what it has become: {@link TransformerModel#precision()}.
         */
        public Builder optPrecision(Precision value) {
            precision = Preconditions.checkNotNull(value, "precision");
            return this;
        }

        /** The options. */
        public LoadOptions build() {
            return new LoadOptions(
                    labels, overrides.buildKeepingLast(), vocabSize, headFromAdapter, precision);
        }
    }
}
