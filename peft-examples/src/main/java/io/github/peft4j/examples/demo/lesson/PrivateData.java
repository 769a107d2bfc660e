package io.github.peft4j.examples.demo.lesson;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import io.github.peft4j.PeftModel;
import io.github.peft4j.examples.data.DemoData;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.Figures;
import io.github.peft4j.examples.demo.story.Lesson;
import io.github.peft4j.examples.demo.story.Trainings;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.tagging.Entity;
import io.github.peft4j.task.data.tagging.TagDecoder;
import io.github.peft4j.task.data.tagging.TaggedDataset;
import io.github.peft4j.task.data.tagging.TaggedText;
import io.github.peft4j.task.data.tagging.TaggedTextReader;
import io.github.peft4j.task.data.tagging.TaggedTokens;
import io.github.peft4j.task.data.tagging.Words;
import io.github.peft4j.task.metric.text.EntityScores;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds private data in texts: names, addresses, numbers of accounts and the like.
 *
 * @param train tagged texts to learn from
 * @param test tagged texts of other templates
 */
public record PrivateData(TaggedDataset train, TaggedDataset test) implements Lesson {

    private static final int MAX_LENGTH = 128;
    private static final int BATCH = 32;
    private static final double LEARNING_RATE = 2e-3;
    private static final int SHOWN = 5;

    /** The kinds of the shipped texts, each as B- and I-, after O. */
    private static final ImmutableList<String> KINDS =
            ImmutableList.of(
                    "PERSON",
                    "EMAIL",
                    "PHONE",
                    "ADDRESS",
                    "DATE",
                    "IBAN",
                    "CREDIT_CARD",
                    "ORG",
                    "LOCATION");

    /** The shipped texts, or {@code train.tsv} and {@code test.tsv} of a folder. */
    public static PrivateData read(@Nullable Path folder) throws IOException {
        if (folder == null) {
            String[] labels = labels();
            return new PrivateData(shipped("train.tsv", labels), shipped("test.tsv", labels));
        }
        for (String name : new String[] {"train.tsv", "test.tsv"}) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new IOException(
                        "There is no file '"
                                + folder.resolve(name)
                                + "'. Pass a folder with train.tsv and test.tsv: tab-separated,"
                                + " with a header and the columns tokens, tags and spaces.");
            }
        }
        TaggedTextReader reader = TaggedTextReader.table(RowReader.tsv().build());
        TaggedDataset train = reader.read(folder.resolve("train.tsv"));
        return new PrivateData(
                train,
                reader.withLabels(train.labels().toArray(new String[0]))
                        .read(folder.resolve("test.tsv")));
    }

    private static TaggedDataset shipped(String name, String[] labels) throws IOException {
        try (InputStream bytes = DemoData.open("pii/" + name)) {
            return TaggedTextReader.table(RowReader.tsv().build())
                    .withLabels(labels)
                    .read(bytes, "pii/" + name);
        }
    }

    private static String[] labels() {
        List<String> labels = new ArrayList<>(List.of(TaggedText.OUTSIDE));
        for (String kind : KINDS) {
            labels.add("B-" + kind);
            labels.add("I-" + kind);
        }
        return labels.toArray(new String[0]);
    }

    @Override
    public String adapter() {
        return PeftModel.DEFAULT_ADAPTER;
    }

    @Override
    public String material() {
        return String.format(Locale.ROOT, "%,d texts", train.size());
    }

    @Override
    public void train(DemoBase base, PeftModel model, DemoSettings settings, PrintWriter out)
            throws IOException {
        TokenDataset tokens =
                TaggedTokens.of(base.tokenizer(), train.rows(), train.labels(), encoding(base));
        TrainingArguments arguments = Trainings.arguments(settings, LEARNING_RATE).build();
        BatchLoader batches =
                BatchLoader.builder(tokens)
                        .optBatchSize(BATCH)
                        .optShuffle(true)
                        .optBucketBatches(1) // padding costs nothing, chance helps
                        .optSeed(settings.seed())
                        .build();
        Trainings.run(model, arguments, batches, "texts", out);
    }

    @Override
    public Figures examine(DemoBase base, PeftModel model) {
        List<Words> texts = test.rows().stream().map(TaggedText::words).toList();
        float[][] logits = logits(base, model, texts);
        ImmutableList<TaggedText> found = decode(base, texts, logits);
        EntityScores scores = new EntityScores();
        for (int i = 0; i < found.size(); i++) {
            scores.update(found.get(i).tags(), test.rows().get(i).tags());
        }
        Figures.Sum sum = new Figures.Sum();
        for (float[] row : logits) {
            sum.add(row);
        }
        ImmutableMap.Builder<String, Double> metrics = ImmutableMap.builder();
        metrics.put("f1", scores.micro().f1());
        for (String type : scores.types()) {
            metrics.put("f1_" + type.toLowerCase(Locale.ROOT), scores.ofType(type).f1());
        }
        return new Figures(metrics.buildOrThrow(), sum.result(), texts.size());
    }

    @Override
    public void show(DemoBase base, PeftModel model, PrintWriter out) {
        List<Words> texts = new ArrayList<>();
        int step = Math.max(1, test.size() / SHOWN);
        for (int i = 0; i < test.size(); i += step) {
            texts.add(test.rows().get(i).words());
        }
        for (TaggedText found : decode(base, texts, logits(base, model, texts))) {
            out.println("  " + masked(found));
        }
    }

    @Override
    public String answer(DemoBase base, PeftModel model, String text) {
        List<Words> texts = List.of(Words.of(text));
        return masked(decode(base, texts, logits(base, model, texts)).get(0));
    }

    /** The text with each entity as {@code [PERSON Ada Lovelace]}. */
    private static String masked(TaggedText text) {
        StringBuilder marked = new StringBuilder(text.words().text());
        for (Entity entity : Lists.reverse(text.entities())) {
            marked.insert(entity.chars().end(), ']');
            marked.insert(entity.chars().start(), '[' + entity.kind() + ' ');
        }
        return marked.toString();
    }

    private static float[][] logits(DemoBase base, PeftModel model, List<Words> texts) {
        TokenDataset tokens = TaggedTokens.unlabeled(base.tokenizer(), texts, encoding(base));
        BatchLoader batches = BatchLoader.builder(tokens).optBatchSize(2 * BATCH).build();
        float[][] logits =
                new PeftTrainer(model, TrainingArguments.builder().build())
                        .predict(batches, ModelOutput.LOGITS)
                        .get(ModelOutput.LOGITS);
        return logits == null ? new float[0][] : logits;
    }

    private ImmutableList<TaggedText> decode(DemoBase base, List<Words> texts, float[][] logits) {
        TagDecoder decoder =
                new TagDecoder(train.labels(), base.tokenizer().config().paddingSide());
        ImmutableList.Builder<TaggedText> decoded = ImmutableList.builder();
        for (int i = 0; i < texts.size(); i++) {
            Encoding row = base.tokenizer().encode(texts.get(i).input(), encoding(base));
            decoded.add(decoder.decode(texts.get(i), row, logits[i]));
        }
        return decoded.build();
    }

    private static EncodeOptions encoding(DemoBase base) {
        return EncodeOptions.truncatedTo(base.maxLength(MAX_LENGTH));
    }
}
