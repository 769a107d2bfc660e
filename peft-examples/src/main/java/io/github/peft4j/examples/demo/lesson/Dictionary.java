package io.github.peft4j.examples.demo.lesson;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.examples.data.DemoData;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.Figures;
import io.github.peft4j.examples.demo.story.Lesson;
import io.github.peft4j.examples.demo.story.Trainings;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.TokenPairs;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.metric.RetrievalScores;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.train.InBatchNegatives;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A reverse dictionary: a definition in, its word out, by the distance of embeddings.
 *
 * @param train definitions and words to learn from
 * @param test unseen definitions and words
 */
public record Dictionary(List<TextPair> train, List<TextPair> test) implements Lesson {

    private static final int MAX_LENGTH = 48;
    private static final int BATCH = 64;
    private static final double LEARNING_RATE = 1e-3;
    private static final int SHOWN = 6;
    private static final int NEAREST = 3;

    /** The shipped glosses, or a file of the same form: split, word, gloss. */
    public static Dictionary read(@Nullable Path file) throws IOException {
        return new Dictionary(read(file, "train"), read(file, "test"));
    }

    private static List<TextPair> read(@Nullable Path file, String split) throws IOException {
        RowReader reader = RowReader.tsv().optSplit(split).build();
        if (file != null) {
            return reader.read(file, TextPair.columns("gloss", "word")).rows();
        }
        String name = "wordnet/glosses.tsv";
        try (InputStream bytes = DemoData.open(name)) {
            return reader.read(bytes, name, TextPair.columns("gloss", "word")).rows();
        }
    }

    @Override
    public String adapter() {
        return PeftModel.DEFAULT_ADAPTER;
    }

    @Override
    public String material() {
        return String.format(Locale.ROOT, "%,d definitions", train.size());
    }

    @Override
    public void train(DemoBase base, PeftModel model, DemoSettings settings, PrintWriter out)
            throws IOException {
        TrainingArguments arguments =
                Trainings.arguments(settings, LEARNING_RATE).optWeightDecay(0).build();
        BatchLoader batches =
                BatchLoader.builder(TokenPairs.of(base.tokenizer(), train, encoding(base)))
                        .optBatchSize(BATCH)
                        .optShuffle(true)
                        .optBucketBatches(1) // words of one batch should differ in length too
                        .optDropLast(true)
                        .optSeed(settings.seed())
                        .build();
        Trainings.run(model, arguments, batches, new InBatchNegatives(), "definitions", out);
    }

    @Override
    public Figures examine(DemoBase base, PeftModel model) {
        float[][] words = embed(base, model, test.stream().map(TextPair::second).toList());
        float[][] glosses = embed(base, model, test.stream().map(TextPair::first).toList());
        RetrievalScores scores = new RetrievalScores(words);
        Figures.Sum sum = new Figures.Sum();
        for (int i = 0; i < glosses.length; i++) {
            scores.update(glosses[i], i);
            sum.add(glosses[i]).add(words[i]);
        }
        return new Figures(
                ImmutableMap.of(
                        "recall@1",
                        scores.recallAt(1),
                        "recall@10",
                        scores.recallAt(10),
                        "mrr",
                        scores.meanReciprocalRank()),
                sum.result(),
                test.size());
    }

    @Override
    public void show(DemoBase base, PeftModel model, PrintWriter out) {
        float[][] words = embed(base, model, test.stream().map(TextPair::second).toList());
        int step = Math.max(1, test.size() / SHOWN);
        for (int i = 0; i < test.size(); i += step) {
            TextPair pair = test.get(i);
            out.println("  " + pair.first());
            out.println(
                    "    "
                            + nearest(words, embed(base, model, List.of(pair.first()))[0])
                            + "   (right: "
                            + pair.second()
                            + ")");
        }
    }

    @Override
    public String answer(DemoBase base, PeftModel model, String text) {
        float[][] words = embed(base, model, test.stream().map(TextPair::second).toList());
        return nearest(words, embed(base, model, List.of(text))[0]);
    }

    private String nearest(float[][] words, float[] gloss) {
        List<String> nearest = new ArrayList<>();
        IntStream.range(0, words.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -product(words[i], gloss)))
                .limit(NEAREST)
                .forEach(i -> nearest.add(test.get(i).second()));
        return String.join(", ", nearest);
    }

    private static double product(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += (double) one[i] * other[i];
        }
        return sum;
    }

    private static float[][] embed(DemoBase base, PeftModel model, List<String> texts) {
        TokenDataset tokens =
                TokenDataset.unlabeled(
                        base.tokenizer(),
                        texts.stream().map(TextInput::of).toList(),
                        encoding(base));
        return Embeddings.of(model, BatchLoader.builder(tokens).optBatchSize(BATCH).build());
    }

    private static EncodeOptions encoding(DemoBase base) {
        return EncodeOptions.truncatedTo(base.maxLength(MAX_LENGTH));
    }
}
