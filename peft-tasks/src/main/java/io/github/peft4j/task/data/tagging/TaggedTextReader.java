package io.github.peft4j.task.data.tagging;

import com.google.common.collect.ImmutableList;
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
 * Reads texts with a tag a word, from a table with columns for words and tags or from a CoNLL file.
 *
 * @param rows how the file is read
 * @param texts which columns hold words, tags and spaces
 * @param labels names of the tags in the order of their indices; if empty, they are numbered in the
 *     order of their first appearance in the file
 */
public record TaggedTextReader(RowReader rows, RowMapper<TaggedText> texts, List<String> labels) {

    /** Refuses labels that are given twice. */
    public TaggedTextReader {
        labels = ImmutableList.copyOf(labels);
        labels = new LabelIndex(labels).names();
    }

    /** A reader of columns {@code tokens}, {@code tags} and {@code spaces}; any tag is a label. */
    public static TaggedTextReader table(RowReader rows) {
        return new TaggedTextReader(
                rows, TaggedText.columns("tokens", "tags", "spaces"), ImmutableList.of());
    }

    /** A reader of CoNLL files with the word first and the tag last; any tag is a label. */
    public static TaggedTextReader conll() {
        return new TaggedTextReader(
                RowReader.conll().build(),
                TaggedText.columns("tokens", "tags"),
                ImmutableList.of());
    }

    /** The same reader with given labels, in the order of their indices; other tags are bad. */
    public TaggedTextReader withLabels(String... names) {
        return new TaggedTextReader(rows, texts, ImmutableList.copyOf(names));
    }

    /**
     * Reads a file.
     *
     * @throws IOException if the file cannot be read, or a text is bad: its line and what is wrong
     *     with it are named
     */
    public TaggedDataset read(Path file) throws IOException {
        LabelIndex index = new LabelIndex(labels);
        return dataset(rows.read(file, indexing(index)), index);
    }

    /**
     * Reads a file that is no {@link Path}, such as a resource in a jar; the caller closes it.
     *
     * @param name what errors call it
     * @throws IOException as {@link #read(Path)}
     */
    public TaggedDataset read(InputStream bytes, String name) throws IOException {
        LabelIndex index = new LabelIndex(labels);
        return dataset(rows.read(bytes, name, indexing(index)), index);
    }

    private static TaggedDataset dataset(Rows<TaggedText> read, LabelIndex index) {
        return new TaggedDataset(read.rows(), index.names(), read.badRows());
    }

    private RowMapper<TaggedText> indexing(LabelIndex index) {
        return new RowMapper<>() {
            @Override
            public Set<String> columns() {
                return texts.columns();
            }

            @Override
            public @Nullable TaggedText map(Row row) {
                TaggedText text = texts.map(row);
                if (text != null) {
                    text.tags().forEach(index::number);
                }
                return text;
            }
        };
    }
}
