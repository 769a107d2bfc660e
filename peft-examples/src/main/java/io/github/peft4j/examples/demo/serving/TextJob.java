package io.github.peft4j.examples.demo.serving;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.examples.data.DemoData;
import io.github.peft4j.task.data.text.LabeledTextReader;
import io.github.peft4j.task.data.text.TextDataset;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one adapter learns.
 *
 * @param name the adapter's
 * @param train texts with this job's labels
 * @param test texts that are never trained on, with the same labels
 */
public record TextJob(String name, TextDataset train, TextDataset test) {

    /** Enough to learn from within a minute or so. */
    private static final int MOST_TEXTS = 3000;

    private static final String SUFFIX = ".tsv";

    /** Where rows come from: opened once for each split. */
    private interface Source {
        TextDataset read(LabeledTextReader.Builder reader) throws IOException;
    }

    /**
     * The jobs of a folder, or the shipped ones: the mood of tweets (two labels), the opinion of
     * reviews of films (three), the word class of what a definition defines (four).
     *
     * @param folder one {@code NAME.tsv} for each job, with the columns split (train, test), label
     *     and text
     */
    public static ImmutableList<TextJob> read(@Nullable Path folder) throws IOException {
        if (folder != null) {
            return ofFolder(folder);
        }
        LabeledTextReader.Builder glosses =
                LabeledTextReader.tsv().optTextColumn("gloss").optLabelColumn("pos");
        return ImmutableList.of(
                shipped("moods", "vader/tweets.tsv", tsv().optLeaveOut("neutral")),
                shipped("opinions", "vader/movies.tsv", tsv()),
                shipped("word-classes", "wordnet/glosses.tsv", glosses));
    }

    private static LabeledTextReader.Builder tsv() {
        return LabeledTextReader.tsv();
    }

    private static TextJob shipped(String name, String resource, LabeledTextReader.Builder reader)
            throws IOException {
        return of(
                name,
                reader,
                rows -> {
                    try (InputStream bytes = DemoData.open(resource)) {
                        return rows.build().read(bytes, resource);
                    }
                });
    }

    private static ImmutableList<TextJob> ofFolder(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        }
        if (files.isEmpty()) {
            throw new IOException(
                    "There is no "
                            + SUFFIX
                            + " file in '"
                            + folder
                            + "'. Put a tab-separated file for each adapter there, with a header:"
                            + " split (train, test), label, text.");
        }
        ImmutableList.Builder<TextJob> jobs = ImmutableList.builder();
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            String job = name.substring(0, name.length() - SUFFIX.length());
            jobs.add(of(job, tsv(), rows -> rows.build().read(file)));
        }
        return jobs.build();
    }

    private static TextJob of(String name, LabeledTextReader.Builder reader, Source source)
            throws IOException {
        TextDataset train = source.read(reader.optSplit("train"));
        String[] labels = train.labels().toArray(new String[0]);
        TextDataset test = source.read(reader.optLabels(labels).optSplit("test"));
        return new TextJob(name, some(train), some(test));
    }

    private static TextDataset some(TextDataset texts) {
        return texts.size() > MOST_TEXTS ? texts.draw(MOST_TEXTS, 0) : texts;
    }
}
