package io.github.peft4j.examples.demo.serving;

import ai.djl.MalformedModelException;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.cli.console.Checks;
import io.github.peft4j.cli.console.TextTable;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.Trainings;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.text.LabeledText;
import io.github.peft4j.task.route.AdapterRouter;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

/**
 * Trains an adapter for each job, then serves all of them over one base: first one request after
 * the other, then from many threads at once.
 */
public final class ServingStory {

    private static final int MAX_LENGTH = 64;
    private static final int BATCH = 32;
    private static final double LEARNING_RATE = 1e-3;

    /** Probabilities of a text alone and in a batch with others, which rounds differently. */
    private static final double ROUNDING = 1e-4;

    private final Path checkpoint;
    private final ImmutableList<TextJob> jobs;
    private final DemoSettings settings;
    private final PrintWriter out;

    /**
     * What a job came to.
     *
     * @param accuracy of the answers to many threads
     * @param majority what the most frequent label alone would get
     */
    public record Outcome(String adapter, List<String> labels, double accuracy, double majority) {}

    /**
     * The figures for machines.
     *
     * @param distance the largest difference of a probability between both ways
     */
    public record Report(
            List<Outcome> adapters,
            int requests,
            int threads,
            double secondsOneByOne,
            double secondsTogether,
            double distance,
            boolean held) {}

    /** A story that has not begun. */
    public ServingStory(
            Path checkpoint, ImmutableList<TextJob> jobs, DemoSettings settings, PrintWriter out) {
        this.checkpoint = checkpoint;
        this.jobs = jobs;
        this.settings = settings;
        this.out = out;
    }

    /** Trains and serves. */
    public Report tell(int threads)
            throws IOException, MalformedModelException, InterruptedException, ExecutionException {
        for (TextJob job : jobs) {
            train(job);
        }
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_CLS);
                PeftModel model = PeftModels.withoutAdapters(base, TaskType.SEQ_CLS);
                AdapterRouter router = AdapterRouter.builder(model).build()) {
            for (TextJob job : jobs) {
                router.register(job.name(), settings.adapters().resolve(job.name()));
            }
            try (Requests requests =
                    new Requests(router, model, tokenizer, jobs, settings.seed())) {
                requests.ask(threads); // reads the adapters and warms up
                return report(requests, threads);
            }
        }
    }

    private void train(TextJob job) throws IOException, MalformedModelException {
        LoadOptions labels = LoadOptions.builder().optLabels(job.train().labels()).build();
        LoraConfig config =
                LoraConfig.builder().optTaskType(TaskType.SEQ_CLS).optR(8).optLoraAlpha(16).build();
        try (Tokenizer tokenizer = Tokenizer.fromPretrained(checkpoint);
                TransformerModel base = Transformers.load(checkpoint, TaskType.SEQ_CLS, labels);
                PeftModel model = PeftModels.getPeftModel(base, config)) {
            out.printf(
                    Locale.ROOT,
                    "%s learns %d labels from %,d texts.%n",
                    job.name(),
                    job.train().labels().size(),
                    job.train().size());
            EncodeOptions encoding =
                    EncodeOptions.truncatedTo(
                            Math.min(
                                    MAX_LENGTH,
                                    base.config().positive("max_position_embeddings", MAX_LENGTH)));
            BatchLoader batches =
                    BatchLoader.builder(TokenDataset.of(tokenizer, job.train(), encoding))
                            .optBatchSize(BATCH)
                            .optShuffle(true)
                            .optSeed(settings.seed())
                            .build();
            Trainings.run(
                    model,
                    Trainings.arguments(settings, LEARNING_RATE).build(),
                    batches,
                    job.name(),
                    out);
            model.savePretrained(settings.adapters().resolve(job.name()));
        }
    }

    private Report report(Requests requests, int threads)
            throws InterruptedException, ExecutionException {
        Requests.Served alone = requests.ask(1);
        Requests.Served together = requests.ask(threads);
        List<Outcome> outcomes = new ArrayList<>();
        TextTable table = new TextTable("adapter", "accuracy", "majority", "labels");
        for (TextJob job : jobs) {
            Outcome outcome =
                    new Outcome(
                            job.name(), job.test().labels(), together.accuracy(job), majority(job));
            outcomes.add(outcome);
            table.addRow(
                    outcome.adapter(),
                    outcome.accuracy(),
                    outcome.majority(),
                    String.join(", ", outcome.labels()));
        }
        out.println();
        table.print(out);
        out.println();
        print("One thread", alone, requests.count());
        print(threads + " threads", together, requests.count());
        double distance = alone.distance(together);
        Checks checks = new Checks(out);
        checks.add(
                distance <= ROUNDING,
                String.format(
                        Locale.ROOT,
                        "each of %,d texts got the answer of its adapter, probabilities within %.0e",
                        requests.count(),
                        ROUNDING));
        for (Outcome outcome : outcomes) {
            checks.add(
                    outcome.accuracy() > outcome.majority(),
                    outcome.adapter() + " does better than the most frequent label");
        }
        return new Report(
                outcomes,
                requests.count(),
                threads,
                alone.seconds(),
                together.seconds(),
                distance,
                checks.allHeld());
    }

    private void print(String who, Requests.Served served, int count) {
        out.printf(
                Locale.ROOT,
                "%s: %,.0f texts a second over one base.%n",
                who,
                count / served.seconds());
    }

    private static double majority(TextJob job) {
        long most =
                job.test().rows().stream()
                        .collect(Collectors.groupingBy(LabeledText::label, Collectors.counting()))
                        .values()
                        .stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElseThrow();
        return most / (double) job.test().size();
    }
}
