package io.github.peft4j.task.data.text;

import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.data.read.FoundFile;
import io.github.peft4j.task.data.read.Row;
import io.github.peft4j.task.data.read.RowFormat;
import io.github.peft4j.task.data.read.RowMapper;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.read.Rows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads labelled texts from a table, from JSON or from Parquet: one class a row, several labels, or
 * a number.
 *
 * <p>Columns may stand in any order, others are passed over. The whole file is checked, also the
 * rows of other splits, so that class indices do not depend on the split.
 *
 * @param rows how the file is read
 * @param textColumn column of the text; null if it is guessed
 * @param textPairColumn column of a second text; null for {@code text_pair} where it is there
 * @param label how the label is read
 */
public record LabeledTextReader(
        RowReader rows,
        @Nullable String textColumn,
        @Nullable String textPairColumn,
        LabelOptions label) {

    private static final Logger logger = LoggerFactory.getLogger(LabeledTextReader.class);
    private static final String TEXT_PAIR = "text_pair";
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?\\d{1,300}([.]\\d{0,300})?([eE][-+]?\\d{1,3})?");

    /** Refuses to guess columns of a file whose format is given. */
    public LabeledTextReader {
        boolean guessed =
                textColumn == null || (label.column() == null && label.columns().isEmpty());
        if (guessed && !(rows.format() instanceof RowFormat.Any)) {
            throw new IllegalArgumentException(
                    "Columns are guessed where the format is (RowReader.any()). Name the columns of"
                            + " text and label.");
        }
    }

    /**
     * Reads a file.
     *
     * @throws IOException if the file cannot be read, a column is missing or cannot be told, a row
     *     is bad (its line and what is wrong with it are named), or no row of the wanted split is
     *     there
     */
    public TextDataset read(Path file) throws IOException {
        Mapper mapper = new Mapper(this);
        return mapper.dataset(rows.read(file, mapper), String.valueOf(file.getFileName()));
    }

    /**
     * Reads a file that is no {@link Path}, such as a resource in a jar; the caller closes it.
     *
     * @param name what errors call it
     * @throws IOException as {@link #read(Path)}
     */
    public TextDataset read(InputStream bytes, String name) throws IOException {
        Mapper mapper = new Mapper(this);
        return mapper.dataset(rows.read(bytes, name, mapper), name);
    }

    /**
     * The same reader for another file of the same labels, such as the test file: each label has
     * the number that it has in the first file, and any other one is a bad row.
     */
    public LabeledTextReader withLabelsOf(TextDataset first) {
        return new LabeledTextReader(
                rows,
                textColumn,
                textPairColumn,
                label.withNames(first.labels(), first.problemType()));
    }

    /** A row whose label has no final number yet. */
    private record Draft(String text, @Nullable String pair, LabelParser.Draft label) {}

    /** Makes drafts of the rows of one file. */
    private static final class Mapper implements RowMapper<Draft> {

        private final LabeledTextReader options;
        private String textColumn;
        private @Nullable String textPairColumn;
        private LabelParser labels;

        Mapper(LabeledTextReader options) {
            this.options = options;
            textColumn = options.textColumn == null ? "" : options.textColumn;
            textPairColumn = options.textPairColumn;
            labels = new LabelParser(options.label);
        }

        /** Guesses the columns that are not named. */
        @Override
        public void start(FoundFile file) {
            ColumnGuess guess = new ColumnGuess(file.columns());
            boolean labelKnown =
                    options.label.column() != null || !options.label.columns().isEmpty();
            Optional<List<String>> pair =
                    options.textColumn == null && textPairColumn == null
                            ? guess.pair()
                            : Optional.empty();
            String label = options.label.column();
            if (options.textColumn == null) {
                String known = labelKnown ? label : guess.label(null).orElse(null);
                textColumn = pair.map(texts -> texts.get(0)).orElseGet(() -> guess.text(known));
                textPairColumn = pair.map(texts -> texts.get(1)).orElse(textPairColumn);
            }
            if (!labelKnown) {
                label = guess.labelBeside(textColumn);
                labels = new LabelParser(options.label.withColumn(label));
            }
            if (options.textColumn == null || !labelKnown) {
                logger.info(
                        "{}: texts in '{}'{}, labels in {}. optTextColumn, optTextPairColumn and"
                                + " optLabelColumn name others.",
                        file.name(),
                        textColumn,
                        textPairColumn == null ? "" : " and '" + textPairColumn + "'",
                        labels.columns());
            }
        }

        @Override
        public Set<String> columns() {
            ImmutableSet.Builder<String> columns = ImmutableSet.builder();
            columns.addAll(labels.columns()).add(textColumn);
            if (textPairColumn != null) {
                columns.add(textPairColumn);
            }
            return columns.build();
        }

        @Override
        public @Nullable Draft map(Row row) {
            String text = row.text(textColumn);
            String pair = pair(row);
            LabelParser.Draft label = labels.read(row);
            return label == null ? null : new Draft(text, pair, label);
        }

        private @Nullable String pair(Row row) {
            if (textPairColumn != null) {
                return row.text(textPairColumn);
            }
            return row.find(TEXT_PAIR) == null ? null : row.text(TEXT_PAIR);
        }

        TextDataset dataset(Rows<Draft> read, String name) throws IOException {
            refuseWhatMayBeRead(read.rows(), name);
            List<String> names = labels.labels();
            int[] numbers = labels.numbers();
            ImmutableList<LabeledText> rows =
                    read.rows().stream()
                            .map(
                                    row ->
                                            new LabeledText(
                                                    row.text(),
                                                    row.pair(),
                                                    labels.numbered(row.label(), names, numbers)))
                            .collect(ImmutableList.toImmutableList());
            return new TextDataset(rows, names, read.badRows(), name);
        }

        /** Labels that may be read in two ways, unless the caller has said which. */
        private void refuseWhatMayBeRead(List<Draft> rows, String name) throws IOException {
            if (options.label.problemType() != null) {
                return;
            }
            List<String> classes = labels.classNames();
            boolean guessed = options.rows.format() instanceof RowFormat.Any;
            boolean decimals =
                    guessed
                            && options.label.names().isEmpty()
                            && classes.stream().allMatch(each -> NUMBER.matcher(each).matches())
                            && classes.stream().anyMatch(each -> !each.matches("[-+]?\\d{1,300}"));
            if (decimals) {
                throw new IOException(
                        "%s: the labels are numbers (%s). Say what they are: optProblemType(REGRESSION)"
                                        .formatted(
                                                name,
                                                classes.stream().limit(3).collect(joining(", ")))
                                + " to predict a number, SINGLE_LABEL_CLASSIFICATION if they name"
                                + " classes.");
            }
            if (labels.ambiguousPairs(rows.stream().map(Draft::label).toList())) {
                throw new IOException(
                        ("%s: each row has the labels 0 and 1. Set optMultiHot(true) if these are a 0"
                                        + " or 1 for each label, or name the labels: optLabels.")
                                .formatted(name));
            }
        }
    }

    /** Starts from: whatever the file turns out to be, columns guessed, all labels, all rows. */
    public static Builder any() {
        return builder(RowReader.any().build());
    }

    /** Starts from: tab-separated, all labels, all rows, bad rows refused. */
    public static Builder tsv() {
        return builder(RowReader.tsv().build());
    }

    /**
     * Starts from any way of reading rows: columns {@code text} and {@code label}, guessed if the
     * format is; all labels are classes.
     */
    public static Builder builder(RowReader rows) {
        return new Builder(rows);
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private RowReader rows;
        private @Nullable String textColumn;
        private @Nullable String textPairColumn;
        private @Nullable String labelColumn;
        private ImmutableList<String> labelColumns = ImmutableList.of();
        private @Nullable String separator;
        private boolean multiHot;
        private @Nullable ProblemType problemType;
        private ImmutableList<String> labels = ImmutableList.of();
        private ImmutableSet<String> leaveOut = ImmutableSet.of();

        private Builder(RowReader rows) {
            this.rows = rows;
            if (!(rows.format() instanceof RowFormat.Any)) {
                textColumn = "text";
                labelColumn = "label";
            }
        }

        /** Column of the text. */
        public Builder optTextColumn(String column) {
            textColumn = column;
            return this;
        }

        /** Column of a second text, which each row must have then. */
        public Builder optTextPairColumn(String column) {
            textPairColumn = column;
            return this;
        }

        /** Column of the label. */
        public Builder optLabelColumn(String column) {
            labelColumn = column;
            return this;
        }

        /** Columns of several labels: each is a label's name and holds 1 where it applies, or 0. */
        public Builder optLabelColumns(String... columns) {
            labelColumns = ImmutableList.copyOf(columns);
            labelColumn = null;
            return this;
        }

        /**
         * What is between several labels in one cell, such as {@code |}; an empty cell has none.
         */
        public Builder optLabelSeparator(String text) {
            separator = text;
            return this;
        }

        /** Whether a list of labels holds a 0 or 1 for each label, not the labels that apply. */
        public Builder optMultiHot(boolean value) {
            multiHot = value;
            return this;
        }

        /**
         * What is predicted, where the labels alone do not say it: a number, one class, several.
         */
        public Builder optProblemType(ProblemType type) {
            problemType = type;
            return this;
        }

        /** Names of the classes in the order of their indices; any other label is a bad row. */
        public Builder optLabels(String... names) {
            labels = ImmutableList.copyOf(names);
            return this;
        }

        /** Labels whose rows are passed over. */
        public Builder optLeaveOut(String... names) {
            leaveOut = ImmutableSet.copyOf(names);
            return this;
        }

        /** The split to read. */
        public Builder optSplit(String name) {
            rows = rows.toBuilder().optSplit(name).build();
            return this;
        }

        /** Whether a bad row is counted and left out. */
        public Builder optSkipBadRows(boolean skip) {
            rows = rows.toBuilder().optSkipBadRows(skip).build();
            return this;
        }

        /** The reader. */
        public LabeledTextReader build() {
            return new LabeledTextReader(
                    rows,
                    textColumn,
                    textPairColumn,
                    new LabelOptions(
                            labelColumn,
                            labelColumns,
                            separator,
                            multiHot,
                            problemType,
                            labels,
                            leaveOut));
        }
    }
}
