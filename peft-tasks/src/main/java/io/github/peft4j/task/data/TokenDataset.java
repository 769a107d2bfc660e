package io.github.peft4j.task.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableIntArray;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.text.Label;
import io.github.peft4j.task.data.text.LabeledText;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Side;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.tokenize.TokenizerConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Examples, tokenized once, in a few flat arrays: four bytes a token, eight with segments or with a
 * label for each token.
 *
 * <p>Batches are padded to their longest row, on the side and with the token that the tokenizer
 * names. Without a pad token any does where each token has a label, since mask and labels tell;
 * other rows must be of one length then. {@code token_type_ids} are there if its {@code
 * model_input_names} ask for them.
 */
public final class TokenDataset implements BatchSource {

    /** The label that does not count in a loss. */
    public static final int IGNORED = -100;

    private final ImmutableMap<String, DatasetColumn> columns;
    private final ImmutableIntArray lengths;
    private final ImmutableList<String> labels;
    private final String name;
    private final boolean padded;

    private TokenDataset(
            ImmutableMap<String, DatasetColumn> columns,
            ImmutableIntArray lengths,
            ImmutableList<String> labels,
            String name,
            boolean padded) {
        this.columns = columns;
        this.lengths = lengths;
        this.labels = labels;
        this.name = name;
        this.padded = padded;
    }

    /**
     * Tokenizes the texts of a file. The dataset knows the names of its classes, so that a trainer
     * refuses another one that numbers them differently.
     *
     * @param options as for {@link #of(Tokenizer, List, EncodeOptions)}
     */
    public static TokenDataset of(Tokenizer tokenizer, TextDataset texts, EncodeOptions options) {
        return of(tokenizer, texts.rows(), options)
                .withLabels(texts.labels())
                .withName(texts.name());
    }

    /**
     * Tokenizes labelled texts. The dataset knows the names of the classes that the labels know.
     *
     * @param options truncation and special tokens; padding and windows are refused, as batches are
     *     padded later and a window would need a label of its own
     */
    public static TokenDataset of(
            Tokenizer tokenizer, List<LabeledText> examples, EncodeOptions options) {
        List<Label> labels = examples.stream().map(LabeledText::label).toList();
        return encoded(
                        tokenizer,
                        examples.stream().map(LabeledText::input).toList(),
                        options.requireOneRowEach())
                .optColumn(ModelInput.LABELS, LabelColumn.of(labels))
                .build()
                .withLabels(LabelColumn.names(labels));
    }

    /** Tokenizes texts without labels, for prediction. */
    public static TokenDataset unlabeled(
            Tokenizer tokenizer, List<TextInput> inputs, EncodeOptions options) {
        return encoded(tokenizer, inputs, options.requireOneRowEach()).build();
    }

    private static Builder encoded(
            Tokenizer tokenizer, List<TextInput> inputs, EncodeOptions options) {
        Builder dataset = builder(tokenizer, options);
        tokenizer.encodeEach(inputs, options, dataset::add);
        return dataset;
    }

    @Override
    public int size() {
        return lengths.length();
    }

    @Override
    public List<String> labels() {
        return labels;
    }

    /** The same examples with the names of their classes, in the order of the indices. */
    public TokenDataset withLabels(List<String> names) {
        return new TokenDataset(columns, lengths, ImmutableList.copyOf(names), name, padded);
    }

    @Override
    public String name() {
        return name;
    }

    /** The same examples with the name of the file or dataset that they come from. */
    public TokenDataset withName(String source) {
        return new TokenDataset(columns, lengths, labels, source, padded);
    }

    /** Tokens of an example, those of its target included. */
    @Override
    public int length(int index) {
        return lengths.get(index);
    }

    private int tokens(int index) {
        return ((DatasetColumn.PerToken) column(ModelInput.INPUT_IDS)).rows().length(index);
    }

    private DatasetColumn column(String name) {
        return Objects.requireNonNull(columns.get(name));
    }

    @Override
    public TokenBatch batch(int... indices) {
        if (!padded && Arrays.stream(indices).map(this::tokens).distinct().count() > 1) {
            throw new IllegalStateException(
                    "Rows of different lengths are padded, and the tokenizer has no pad token to"
                            + " tell padding by. Name one: Tokenizer.fromPretrained(directory,"
                            + " Map.of(\"pad_token\", ..)), e.g. the eos_token.");
        }
        ImmutableMap.Builder<String, HostArray> batch = ImmutableMap.builder();
        columns.forEach((name, column) -> batch.put(name, column.batch(indices)));
        return new TokenBatch(batch.buildOrThrow(), ImmutableIntArray.copyOf(indices));
    }

    /**
     * The same examples with a further column, e.g. {@code task_ids} for a prompt of several tasks.
     * It shares the others' memory.
     *
     * @param name the argument of the model's forward that it becomes
     * @param values one value, or one row of values, an example
     * @throws IllegalArgumentException if there is such a column, or the number of rows differs
     */
    public TokenDataset withColumn(String name, HostArray values) {
        if (columns.containsKey(name)) {
            throw givenTwice(name);
        }
        DatasetColumn column = requireRows(name, new DatasetColumn.PerExample(values), size());
        return new TokenDataset(
                ImmutableMap.<String, DatasetColumn>builder()
                        .putAll(columns)
                        .put(name, column)
                        .buildOrThrow(),
                lengths,
                labels,
                this.name,
                padded);
    }

    private static IllegalArgumentException givenTwice(String name) {
        return new IllegalArgumentException(
                "Column %s is given twice. Give it once.".formatted(name));
    }

    private static DatasetColumn requireRows(String name, DatasetColumn column, int texts) {
        if (column.size() != texts) {
            throw new IllegalArgumentException(
                    "Column %s has %d rows for %d texts. Give one for each."
                            .formatted(name, column.size(), texts));
        }
        return column;
    }

    /**
     * Starts a dataset of rows that the caller encodes.
     *
     * @param options whose padding side counts; without one, the tokenizer's
     */
    public static Builder builder(Tokenizer tokenizer, EncodeOptions options) {
        Side own = options.paddingSide();
        return new Builder(tokenizer, own == null ? tokenizer.config().paddingSide() : own);
    }

    /** Collects rows of tokens and the columns beside them; {@link #build} checks them. */
    public static final class Builder {

        private final Side side;
        private final OptionalInt padId;
        private final int padTypeId;
        private final RaggedInts.Builder ids = RaggedInts.builder();
        private final RaggedInts.@Nullable Builder types;
        private final Map<String, DatasetColumn> beside = new LinkedHashMap<>();
        private @Nullable RaggedInts targets;
        private boolean tokensAsLabels;
        private int count;

        private Builder(Tokenizer tokenizer, Side side) {
            TokenizerConfig config = tokenizer.config();
            boolean segments = config.modelInputNames().contains(ModelInput.TOKEN_TYPE_IDS);
            this.side = side;
            this.padId = tokenizer.fillId();
            this.padTypeId = config.padTypeId();
            this.types = segments ? RaggedInts.builder() : null;
        }

        /** Appends an example. */
        public void add(Encoding row) {
            int[] rowIds = new int[row.length()];
            Arrays.setAll(rowIds, row::id);
            int[] rowTypes = new int[row.length()];
            Arrays.setAll(rowTypes, row::typeId);
            add(rowIds, rowTypes);
        }

        /**
         * Appends an example of these ids.
         *
         * @param typeIds segment of each; read where the model takes segments
         */
        public void add(int[] rowIds, int[] typeIds) {
            if (rowIds.length == 0) {
                throw new IllegalArgumentException(
                        "Text %d gives 0 tokens, which no model takes. Leave it out."
                                .formatted(count));
            }
            ids.add(rowIds);
            if (types != null) {
                types.add(typeIds);
            }
            count++;
        }

        /**
         * A label for each token: int64 [B, S], padding is {@link #IGNORED}.
         *
         * @param classes every label is below it, or is {@link #IGNORED}
         */
        public Builder optTokenLabels(RaggedInts labels, int classes) {
            for (int i = 0; i < labels.values().length(); i++) {
                int label = labels.values().get(i);
                if (label != IGNORED && (label < 0 || label >= classes)) {
                    throw new IllegalArgumentException(
                            "Label %d is out of range. Give 0 to %d, or %d for none."
                                    .formatted(label, classes - 1, IGNORED));
                }
            }
            return put(ModelInput.LABELS, new DatasetColumn.PerToken(labels, IGNORED, side));
        }

        /** Each token is its own label, as causal models shift them: int64 [B, S]. */
        public Builder optTokensAsLabels() {
            tokensAsLabels = true;
            return this;
        }

        /** Rows of tokens to be generated: int64 labels [B, T], padding is {@link #IGNORED}. */
        public Builder optTargets(RaggedInts rows) {
            for (int i = 0; i < rows.size(); i++) {
                if (rows.length(i) == 0) {
                    throw new IllegalArgumentException(
                            "Target %d has 0 tokens, so there is nothing to learn. Leave it out."
                                    .formatted(i));
                }
            }
            targets = rows;
            return put(ModelInput.LABELS, new DatasetColumn.PerToken(rows, IGNORED, side));
        }

        /** A column of one value, or one row of values, an example. */
        public Builder optColumn(String name, HostArray values) {
            return put(name, new DatasetColumn.PerExample(values));
        }

        private Builder put(String name, DatasetColumn column) {
            if (beside.put(name, column) != null) {
                throw givenTwice(name);
            }
            return this;
        }

        /** The dataset. */
        public TokenDataset build() {
            RaggedInts rows = ids.build();
            Map<String, DatasetColumn> columns = new LinkedHashMap<>();
            columns.put(
                    ModelInput.INPUT_IDS, new DatasetColumn.PerToken(rows, padId.orElse(0), side));
            columns.put(ModelInput.ATTENTION_MASK, new DatasetColumn.Mask(rows, side));
            if (types != null) {
                columns.put(
                        ModelInput.TOKEN_TYPE_IDS,
                        new DatasetColumn.PerToken(types.build(), padTypeId, side));
            }
            if (tokensAsLabels) {
                put(ModelInput.LABELS, new DatasetColumn.PerToken(rows, IGNORED, side));
            }
            beside.forEach((name, column) -> columns.put(name, fitting(name, column, rows)));
            ImmutableIntArray.Builder lengths = ImmutableIntArray.builder(rows.size());
            for (int i = 0; i < rows.size(); i++) {
                lengths.add(rows.length(i) + (targets == null ? 0 : targets.length(i)));
            }
            return new TokenDataset(
                    ImmutableMap.copyOf(columns),
                    lengths.build(),
                    ImmutableList.of(),
                    "",
                    padId.isPresent()
                            || columns.get(ModelInput.LABELS) instanceof DatasetColumn.PerToken);
        }

        private DatasetColumn fitting(String name, DatasetColumn column, RaggedInts rows) {
            requireRows(name, column, rows.size());
            if (targets == null
                    && column instanceof DatasetColumn.PerToken labels
                    && !labels.rows().starts().equals(rows.starts())) {
                throw new IllegalArgumentException(
                        "Column %s does not have a number for each token. Give each row as many."
                                .formatted(name));
            }
            return column;
        }
    }
}
