package io.github.peft4j.examples.demo.lesson;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.examples.data.DemoData;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.Figures;
import io.github.peft4j.examples.demo.story.Lesson;
import io.github.peft4j.examples.demo.story.Trainings;
import io.github.peft4j.model.ModelOutput;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.qa.Answer;
import io.github.peft4j.task.data.qa.AnswerFinder;
import io.github.peft4j.task.data.qa.FoundAnswer;
import io.github.peft4j.task.data.qa.Question;
import io.github.peft4j.task.data.qa.QuestionWindows;
import io.github.peft4j.task.data.qa.SquadReader;
import io.github.peft4j.task.metric.text.AnswerScores;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions out of passages, or says that a passage has no answer.
 *
 * @param train questions to learn from
 * @param dev questions on other passages
 */
public record Passages(List<Question> train, List<Question> dev) implements Lesson {

    private static final int MAX_LENGTH = 192;
    private static final int STRIDE = 64;
    private static final int LONGEST_ANSWER = 15;
    private static final int BATCH = 16;
    private static final double LEARNING_RATE = 2e-3;
    private static final int SHOWN = 6;

    /** The shipped questions, or {@code train.json} and {@code dev.json} of a folder. */
    public static Passages read(@Nullable Path folder) throws IOException {
        if (folder == null) {
            return new Passages(shipped("train.json"), shipped("dev.json"));
        }
        for (String name : new String[] {"train.json", "dev.json"}) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new IOException(
                        "There is no file '"
                                + folder.resolve(name)
                                + "'. Pass a folder with train.json and dev.json in the form of"
                                + " SQuAD 1 or 2.");
            }
        }
        SquadReader reader = new SquadReader();
        return new Passages(
                reader.read(folder.resolve("train.json")).rows(),
                reader.read(folder.resolve("dev.json")).rows());
    }

    private static List<Question> shipped(String name) throws IOException {
        try (InputStream bytes = DemoData.open("qa/" + name)) {
            return new SquadReader().read(bytes, "qa/" + name).rows();
        }
    }

    @Override
    public String adapter() {
        return PeftModel.DEFAULT_ADAPTER;
    }

    @Override
    public String material() {
        return String.format(Locale.ROOT, "%,d questions", train.size());
    }

    @Override
    public void train(DemoBase base, PeftModel model, DemoSettings settings, PrintWriter out)
            throws IOException {
        TrainingArguments arguments =
                Trainings.arguments(settings, LEARNING_RATE).optWarmupRatio(0.1).build();
        BatchLoader batches =
                BatchLoader.builder(windows(base, train))
                        .optBatchSize(BATCH)
                        .optShuffle(true)
                        .optBucketBatches(1) // padding costs nothing, chance helps
                        .optSeed(settings.seed())
                        .build();
        Trainings.run(model, arguments, batches, "questions", out);
    }

    @Override
    public Figures examine(DemoBase base, PeftModel model) {
        QuestionWindows windows = windows(base, dev);
        Logits logits = logits(model, windows);
        List<FoundAnswer> found = answers(windows, logits);
        AnswerScores all = new AnswerScores();
        AnswerScores answerable = new AnswerScores();
        List<FoundAnswer> forced =
                new AnswerFinder(LONGEST_ANSWER, true)
                        .find(windows, logits.startRows(), logits.endRows());
        for (int i = 0; i < dev.size(); i++) {
            List<String> right = dev.get(i).answers().stream().map(Answer::text).toList();
            all.update(found.get(i).text(), right);
            if (!right.isEmpty()) {
                answerable.update(forced.get(i).text(), right);
            }
        }
        ImmutableMap.Builder<String, Double> metrics = ImmutableMap.builder();
        metrics.put("exact_match", all.exactMatch()).put("f1", all.f1());
        if (answerable.total() > 0) {
            metrics.put("answerable_exact_match", answerable.exactMatch());
            metrics.put("answerable_f1", answerable.f1());
        }
        Figures.Sum sum = new Figures.Sum();
        for (int i = 0; i < windows.size(); i++) {
            sum.add(logits.starts().get(i)).add(logits.ends().get(i));
        }
        return new Figures(metrics.buildOrThrow(), sum.result(), dev.size());
    }

    @Override
    public void show(DemoBase base, PeftModel model, PrintWriter out) {
        int step = Math.max(1, dev.size() / SHOWN);
        ImmutableList.Builder<Question> some = ImmutableList.builder();
        for (int i = 0; i < dev.size(); i += step) {
            some.add(dev.get(i));
        }
        List<Question> questions = some.build();
        QuestionWindows windows = windows(base, questions);
        List<FoundAnswer> found = answers(windows, logits(model, windows));
        for (int i = 0; i < questions.size(); i++) {
            List<Answer> right = questions.get(i).answers();
            out.println("  " + questions.get(i).question());
            out.println(
                    "    "
                            + said(found.get(i))
                            + "   (right: "
                            + (right.isEmpty() ? "no answer" : right.get(0).text())
                            + ")");
        }
    }

    /** Answers a question about the first unseen passage. */
    @Override
    public String answer(DemoBase base, PeftModel model, String text) {
        String context = dev.get(0).context();
        Question question = new Question("typed", text, context, ImmutableList.of());
        QuestionWindows windows = windows(base, List.of(question));
        return said(answers(windows, logits(model, windows)).get(0));
    }

    private static String said(FoundAnswer answer) {
        return answer.answered() ? answer.text() : "no answer";
    }

    /** Scores of each window's tokens; the arrays are this demo's own. */
    private record Logits(List<float[]> starts, List<float[]> ends) {

        float[][] startRows() {
            return starts.toArray(new float[0][]);
        }

        float[][] endRows() {
            return ends.toArray(new float[0][]);
        }
    }

    private static Logits logits(PeftModel model, QuestionWindows windows) {
        BatchLoader batches = BatchLoader.builder(windows).optBatchSize(2 * BATCH).build();
        ImmutableMap<String, float[][]> rows =
                new PeftTrainer(model, TrainingArguments.builder().build())
                        .predict(batches, ModelOutput.START_LOGITS, ModelOutput.END_LOGITS);
        return new Logits(
                ImmutableList.copyOf(rows.getOrDefault(ModelOutput.START_LOGITS, new float[0][])),
                ImmutableList.copyOf(rows.getOrDefault(ModelOutput.END_LOGITS, new float[0][])));
    }

    private static List<FoundAnswer> answers(QuestionWindows windows, Logits logits) {
        return new AnswerFinder(LONGEST_ANSWER, false)
                .find(windows, logits.startRows(), logits.endRows());
    }

    private static QuestionWindows windows(DemoBase base, List<Question> questions) {
        return QuestionWindows.of(base.tokenizer(), questions, base.maxLength(MAX_LENGTH), STRIDE);
    }
}
