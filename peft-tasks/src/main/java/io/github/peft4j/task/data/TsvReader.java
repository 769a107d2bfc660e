package io.github.peft4j.task.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Reads labelled texts from a tab-separated file with a header: UTF-8, a line for a row, no
 * quoting.
 *
 * <p>The header names the columns in any order: "label" and "text" must be there, "text_pair" and
 * "split" may be, others are passed over. The whole file is checked, also the rows of other splits,
 * so that class indices do not depend on the split.
 *
 * @param labels names of the classes in the order of their indices; if empty, they are numbered in
 *     the order of their first appearance in the file
 * @param leaveOut labels whose rows are passed over, e.g. {@code neutral}
 * @param split the split to read; null for all rows
 * @param skipBadRows whether a bad row is counted and left out instead of refusing the file
 */
public record TsvReader(
        ImmutableList<String> labels,
        ImmutableSet<String> leaveOut,
        @Nullable String split,
        boolean skipBadRows) {

    /** Refuses labels that are given twice, or given and left out. */
    public TsvReader {
        ImmutableSet<String> distinct = ImmutableSet.copyOf(labels);
        if (distinct.size() < labels.size()) {
            throw new IllegalArgumentException(
                    "labels %s name a class twice. Name each class once.".formatted(labels));
        }
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
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file))) {
            return read(bytes, file.toString());
        }
    }

    /**
     * Reads a file that is no {@link Path}, such as a resource in a jar; the caller closes it.
     *
     * @param name what errors call it
     * @throws IOException as {@link #read(Path)}
     */
    public TextDataset read(InputStream bytes, String name) throws IOException {
        return new TsvParser(this, name, bytes).parse();
    }

    /** Starts from: all labels, all rows, bad rows refused. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; {@link #build} checks them. */
    public static final class Builder {

        private ImmutableList<String> labels = ImmutableList.of();
        private ImmutableSet<String> leaveOut = ImmutableSet.of();
        private @Nullable String split;
        private boolean skipBadRows;

        private Builder() {}

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
            split = name;
            return this;
        }

        /** Whether a bad row is counted and left out. */
        public Builder optSkipBadRows(boolean skip) {
            skipBadRows = skip;
            return this;
        }

        /** The reader. */
        public TsvReader build() {
            return new TsvReader(labels, leaveOut, split, skipBadRows);
        }
    }
}
