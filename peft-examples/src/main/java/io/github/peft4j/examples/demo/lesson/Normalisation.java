package io.github.peft4j.examples.demo.lesson;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import io.github.peft4j.PeftModel;
import io.github.peft4j.examples.data.DemoData;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.Figures;
import io.github.peft4j.examples.demo.story.Lesson;
import io.github.peft4j.examples.demo.story.Trainings;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.generation.TargetTexts;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.data.text.TextPair;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Rewrites texts in one form.
 *
 * @param adapter name of the adapter
 * @param train inputs and targets to learn from
 * @param test unseen inputs and targets
 * @param generation how answers are made
 */
public record Normalisation(
        String adapter, List<TextPair> train, List<TextPair> test, GenerationConfig generation)
        implements Lesson {

    private static final int MAX_LENGTH = 128;
    private static final int BATCH = 32;
    private static final double LEARNING_RATE = 1e-3;
    private static final int SHOWN = 4;

    /** A shipped kind: {@code money} or {@code datum}. */
    public static Normalisation shipped(String kind, GenerationConfig generation)
            throws IOException {
        String resource = "normalisation/" + kind + ".tsv";
        return new Normalisation(
                kind, shipped(resource, "train"), shipped(resource, "test"), generation);
    }

    private static List<TextPair> shipped(String resource, String split) throws IOException {
        try (InputStream bytes = DemoData.open(resource)) {
            return reader(split).read(bytes, resource, TextPair.columns("input", "target")).rows();
        }
    }

    /** A file of the same form: split, input, target. */
    public static Normalisation of(Path file, GenerationConfig generation) throws IOException {
        return new Normalisation(
                PeftModel.DEFAULT_ADAPTER,
                reader("train").read(file, TextPair.columns("input", "target")).rows(),
                reader("test").read(file, TextPair.columns("input", "target")).rows(),
                generation);
    }

    private static RowReader reader(String split) {
        return RowReader.tsv().optSplit(split).build();
    }

    @Override
    public String material() {
        return String.format(Locale.ROOT, "%,d pairs", train.size());
    }

    @Override
    public void train(DemoBase base, PeftModel model, DemoSettings settings, PrintWriter out)
            throws IOException {
        EncodeOptions encoding = encoding(base);
        TrainingArguments arguments =
                Trainings.arguments(settings, LEARNING_RATE).optWeightDecay(0).build();
        BatchLoader batches =
                BatchLoader.builder(TargetTexts.of(base.tokenizer(), train, encoding, encoding))
                        .optBatchSize(BATCH)
                        .optShuffle(true)
                        .optBucketBatches(1) // padding costs nothing, chance helps
                        .optSeed(settings.seed())
                        .build();
        Trainings.run(model, arguments, batches, adapter, out);
    }

    @Override
    public Figures examine(DemoBase base, PeftModel model) {
        List<String> answers = answers(base, model, test.stream().map(TextPair::first).toList());
        Figures.Sum sum = new Figures.Sum();
        int right = 0;
        for (int i = 0; i < answers.size(); i++) {
            sum.add(answers.get(i));
            right += answers.get(i).equals(test.get(i).second()) ? 1 : 0;
        }
        return new Figures(
                ImmutableMap.of("exact_match", (double) right / answers.size()),
                sum.result(),
                answers.size());
    }

    @Override
    public void show(DemoBase base, PeftModel model, PrintWriter out) {
        List<TextPair> some = test.subList(0, Math.min(SHOWN, test.size()));
        List<String> answers = answers(base, model, some.stream().map(TextPair::first).toList());
        for (int i = 0; i < some.size(); i++) {
            out.println(
                    "  "
                            + some.get(i).first()
                            + " -> "
                            + answers.get(i)
                            + "   (right: "
                            + some.get(i).second()
                            + ")");
        }
    }

    @Override
    public String answer(DemoBase base, PeftModel model, String text) {
        return answers(base, model, List.of(text)).get(0);
    }

    private List<String> answers(DemoBase base, PeftModel model, List<String> texts) {
        TextGenerator generator =
                TextGenerator.builder(base.tokenizer(), Generator.of(model), generation)
                        .optEncoding(encoding(base))
                        .build();
        List<String> answers = new ArrayList<>();
        for (List<String> some : Lists.partition(texts, 2 * BATCH)) {
            generator.generateAll(some).forEach(answer -> answers.add(answer.strip()));
        }
        return answers;
    }

    private static EncodeOptions encoding(DemoBase base) {
        return EncodeOptions.truncatedTo(base.maxLength(MAX_LENGTH));
    }
}
