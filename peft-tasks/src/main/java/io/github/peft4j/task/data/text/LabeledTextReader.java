package io.github.peft4j.task.data.text;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.data.read.LabelIndex;
import io.github.peft4j.task.data.read.Row;
import io.github.peft4j.task.data.read.RowMapper;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.read.Rows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads labelled texts from a table or from JSON lines.
 *
 * <p>Columns may stand in any order, others are passed over. The whole file is checked, also the
 * rows of other splits, so that class indices do not depend on the split.
 *
 * @param rows how the file is read
 * @param textColumn column of the text; default {@code text}
 * @param textPairColumn column of a second text; null for {@code text_pair} where it is there
 * @param labelColumn column of the label; default "label"
 * @param labels names of the classes in the order of their indices; if empty, those of the file are
 *     numbered as {@link LabelIndex} says, in whatever order they appear
 * @param leaveOut labels whose rows are passed over, e.g. {@code neutral}
 */
public record LabeledTextReader(
        RowReader rows,
        String textColumn,
        @Nullable String textPairColumn,
        String labelColumn,
        List<String> labels,
        Set<String> leaveOut) {

    private static final String TEXT_PAIR = "text_pair";

    /** Refuses labels that are given twice, or given and left out. */
    public LabeledTextReader {
        labels = ImmutableList.copyOf(labels);
        leaveOut = ImmutableSet.copyOf(leaveOut);
        List<String> distinct = new LabelIndex(labels).names();
        for (String label : leaveOut) {
            if (distinct.contains(label)) {
                throw new IllegalArgumentException(
                        "Label '%s' is both a class and left out. Decide for one."
                                .formatted(label));
            }
        }
    }

    /**
     * Reads a file.
     *
     * @throws IOException if the file cannot be read, a column is missing, a row is bad (its line
     *     and what is wrong with it are named), or no row of the wanted split is there
     */
    public TextDataset read(Path file) throws IOException {
        LabelIndex index = new LabelIndex(labels);
        return dataset(
                rows.read(file, new Mapper(index)), index, String.valueOf(file.getFileName()));
    }

    /**
     * Reads a file that is no {@link Path}, such as a resource in a jar; the caller closes it.
     *
     * @param name what errors call it
     * @throws IOException as {@link #read(Path)}
     */
    public TextDataset read(InputStream bytes, String name) throws IOException {
        LabelIndex index = new LabelIndex(labels);
        return dataset(rows.read(bytes, name, new Mapper(index)), index, name);
    }

    private static TextDataset dataset(Rows<LabeledText> read, LabelIndex index, String name) {
        LabelIndex sorted = index.sorted();
        List<String> appeared = index.names();
        ImmutableList<LabeledText> rows =
                read.rows().stream()
                        .map(row -> renumbered(row, appeared, sorted))
                        .collect(ImmutableList.toImmutableList());
        return new TextDataset(rows, sorted.names(), read.badRows(), name);
    }

    private static LabeledText renumbered(
            LabeledText row, List<String> appeared, LabelIndex sorted) {
        String label = appeared.get(((Label.ClassIndex) row.label()).index());
        return new LabeledText(
                row.text(), row.textPair(), Label.ofClass(sorted.number(label), label));
    }

    /** Makes examples of rows; labels are numbered as they appear, until all are known. */
    private final class Mapper implements RowMapper<LabeledText> {

        private final LabelIndex index;

        Mapper(LabelIndex index) {
            this.index = index;
        }

        @Override
        public Set<String> columns() {
            return textPairColumn == null
                    ? ImmutableSet.of(labelColumn, textColumn)
                    : ImmutableSet.of(labelColumn, textColumn, textPairColumn);
        }

        @Override
        public @Nullable LabeledText map(Row row) {
            String text = row.text(textColumn);
            String pair = pair(row);
            String label = row.text(labelColumn);
            return leaveOut.contains(label)
                    ? null
                    : new LabeledText(text, pair, Label.ofClass(index.number(label)));
        }

        private @Nullable String pair(Row row) {
            if (textPairColumn != null) {
                return row.text(textPairColumn);
            }
            return row.find(TEXT_PAIR) == null ? null : row.text(TEXT_PAIR);
        }
    }

    /** Starts from: tab-separated, all labels, all rows, bad rows refused. */
    public static Builder tsv() {
        return builder(RowReader.tsv().build());
    }

    /** Starts from any way of reading rows: all labels are classes. */
    public static Builder builder(RowReader rows) {
        return new Builder(rows);
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private RowReader rows;
        private String textColumn = "text";
        private @Nullable String textPairColumn;
        private String labelColumn = "label";
        private ImmutableList<String> labels = ImmutableList.of();
        private ImmutableSet<String> leaveOut = ImmutableSet.of();

        private Builder(RowReader rows) {
            this.rows = rows;
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
                    rows, textColumn, textPairColumn, labelColumn, labels, leaveOut);
        }
    }
}
