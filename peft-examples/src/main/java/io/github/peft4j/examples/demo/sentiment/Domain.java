package io.github.peft4j.examples.demo.sentiment;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.examples.data.DemoData;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.TextDataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Labelled texts of one kind. Rows labelled {@code neutral} are left out.
 *
 * @param name what tables call it
 * @param adapter name of the adapter that learns it
 * @param train the texts to learn from
 * @param test texts that are never trained on
 */
public record Domain(String name, String adapter, TextDataset train, TextDataset test) {

    /** One of the sets that ship in the jar, {@code tweets} or {@code movies}. */
    public static Domain shipped(String name, ImmutableList<String> labels) throws IOException {
        return new Domain(
                name, name, shipped(name, labels, "train"), shipped(name, labels, "test"));
    }

    private static TextDataset shipped(String name, ImmutableList<String> labels, String split)
            throws IOException {
        String resource = "vader/" + name + ".tsv";
        try (InputStream bytes = DemoData.open(resource)) {
            return reader(labels, split).read(bytes, resource);
        }
    }

    /** A file of the same form, with splits {@code train} and {@code test}. */
    public static Domain of(Path file, ImmutableList<String> labels) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(
                    "There is no file '"
                            + file
                            + "'. Pass a tab-separated file with a header: split (train, test),"
                            + " label, text.");
        }
        return new Domain(
                String.valueOf(file.getFileName()),
                PeftModel.DEFAULT_ADAPTER,
                reader(labels, "train").read(file),
                reader(labels, "test").read(file));
    }

    private static LabeledTextReader reader(ImmutableList<String> labels, String split) {
        return LabeledTextReader.tsv()
                .optLabels(labels.toArray(new String[0]))
                .optLeaveOut("neutral")
                .optSplit(split)
                .build();
    }
}
