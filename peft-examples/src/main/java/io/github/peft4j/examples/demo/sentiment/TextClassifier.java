package io.github.peft4j.examples.demo.sentiment;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.PeftModel;
import io.github.peft4j.cli.console.ProgressBar;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Interruption;
import io.github.peft4j.examples.data.MiniLm;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.HostArray;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.text.TextDataset;
import io.github.peft4j.task.preset.MethodPreset;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.task.train.PeftTrainer;
import io.github.peft4j.task.train.config.TrainingArguments;
import io.github.peft4j.task.train.report.StepReport;
import io.github.peft4j.task.train.report.TrainerListener;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import io.github.peft4j.tuner.lora.LoraConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A base model with a fresh classification head, and its tokenizer: what adapters are trained on.
 * Closing it closes the base.
 */
public final class TextClassifier implements AutoCloseable {

    private static final int MAX_LENGTH = 64;
    private static final int BATCH = 32;
    private static final int EVALUATION_BATCH = 64;

    /** What a start may look at. */
    private static final int CALIBRATION_BATCHES = 8;

    private final Path directory;
    private final ImmutableList<String> labels;
    private final TransformerModel base;
    private final Tokenizer tokenizer;
    private final EncodeOptions encoding;

    private TextClassifier(
            Path directory,
            ImmutableList<String> labels,
            TransformerModel base,
            Tokenizer tokenizer) {
        this.directory = directory;
        this.labels = labels;
        this.base = base;
        this.tokenizer = tokenizer;
        int longest =
                Math.min(
                        base.config().positive("max_position_embeddings", MAX_LENGTH),
                        tokenizer.config().modelMaxLength().orElse(MAX_LENGTH));
        encoding = EncodeOptions.truncatedTo(Math.min(longest, MAX_LENGTH));
    }

    /**
     * Loads a Hugging Face checkpoint with an output for each label.
     *
     * @param directory config.json, weights and tokenizer.json; null for MiniLM
     */
    public static TextClassifier load(@Nullable Path directory, ImmutableList<String> labels)
            throws IOException, MalformedModelException {
        Path from = directory == null ? MiniLm.directory() : directory;
        LoadOptions options = LoadOptions.builder().optLabels(labels).build();
        TransformerModel base = Transformers.load(from, TaskType.SEQ_CLS, options);
        try {
            return new TextClassifier(from, labels, base, Tokenizer.fromPretrained(from));
        } catch (IOException | RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /** The same base once more, read from its files, with another fresh head. */
    TextClassifier loadAgain() throws IOException, MalformedModelException {
        return load(directory, labels);
    }

    /** Name of the checkpoint directory. */
    String name() {
        return String.valueOf(directory.getFileName());
    }

    TransformerModel base() {
        return base;
    }

    /** Names of the classes. */
    public ImmutableList<String> labels() {
        return labels;
    }

    /** Bytes of the base's weight files. */
    long bytes() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    /**
     * Trains the active adapter.
     *
     * @param label what the progress bar says
     * @return the loss of each step
     */
    List<Double> train(
            PeftModel model,
            TextDataset texts,
            double learningRate,
            int epochs,
            long seed,
            String label,
            PrintWriter out)
            throws IOException {
        TrainingArguments arguments = arguments(learningRate, epochs, seed);
        return fit(PeftTrainer.builder(model, arguments), arguments, texts, label, out);
    }

    /** Trains the active adapter with the rates of its preset. */
    void train(
            PeftModel model,
            TextDataset texts,
            MethodPreset preset,
            DemoSettings settings,
            PrintWriter out)
            throws IOException {
        TrainingArguments arguments =
                arguments(preset.learningRate(), settings.epochs(), settings.seed());
        PeftTrainer.Builder trainer = PeftTrainer.builder(model, arguments);
        preset.grouping().ifPresent(trainer::optParameterGrouping);
        fit(trainer, arguments, texts, preset.name().toLowerCase(Locale.ROOT), out);
    }

    private static TrainingArguments arguments(double learningRate, int epochs, long seed) {
        return TrainingArguments.builder()
                .optLearningRate(learningRate)
                .optEpochs(epochs)
                .optWarmupRatio(0.06)
                .optWeightDecay(0.01)
                .optMaxGradNorm(1)
                .optSeed(seed)
                .build();
    }

    private List<Double> fit(
            PeftTrainer.Builder trainer,
            TrainingArguments arguments,
            TextDataset texts,
            String label,
            PrintWriter out)
            throws IOException {
        BatchLoader batches = batches(texts, arguments.seed());
        int steps = Math.toIntExact(arguments.totalSteps(batches.batchCount()));
        List<Double> losses = new ArrayList<>(steps);
        try (ProgressBar bar = new ProgressBar(label, steps, out)) {
            trainer.addListener(new TrainingProgress(bar))
                    .addListener(
                            new TrainerListener() {
                                @Override
                                public void onStep(StepReport report) {
                                    losses.add(report.loss());
                                }
                            })
                    .build()
                    .fit(batches, null);
            Interruption.check("The training");
        }
        return losses;
    }

    /** A config that some batches of texts have prepared. */
    LoraConfig calibrated(
            TextDataset texts, long seed, Function<List<ModelInput>, LoraConfig> calibration) {
        try (NDManager manager = Engines.newManager()) {
            List<ModelInput> inputs = new ArrayList<>();
            Iterator<TokenBatch> batches = batches(texts, seed).iterator(0);
            while (inputs.size() < CALIBRATION_BATCHES && batches.hasNext()) {
                inputs.add(batches.next().toInput(manager).without(ModelInput.TASK_IDS));
            }
            return calibration.apply(inputs);
        }
    }

    private BatchLoader batches(TextDataset texts, long seed) {
        return BatchLoader.builder(tokens(texts))
                .optBatchSize(BATCH)
                .optShuffle(true)
                .optBucketBatches(16)
                .optSeed(seed)
                .build();
    }

    /** The texts as rows of task 0, which only a prompt that several tasks share looks at. */
    private TokenDataset tokens(TextDataset texts) {
        HostArray tasks = new HostArray.Int64(new long[texts.size()], new Shape(texts.size()));
        return TokenDataset.of(tokenizer, texts.rows(), encoding)
                .withColumn(ModelInput.TASK_IDS, tasks);
    }

    /** How many optimizer steps a training on these texts takes. */
    int steps(TextDataset texts, int epochs) {
        TrainingArguments arguments = TrainingArguments.builder().optEpochs(epochs).build();
        return Math.toIntExact(arguments.totalSteps(batches(texts, 0).batchCount()));
    }

    /** What a model on this base, or one like it, says of texts. */
    Answers answers(PeftModel model, TextDataset texts) {
        return Answers.of(predict(model, tokens(texts)), texts.rows());
    }

    /** The logits of one text. */
    public float[] logits(PeftModel model, String text) {
        TextInput input = TextInput.of(text);
        return predict(model, TokenDataset.unlabeled(tokenizer, List.of(input), encoding))[0];
    }

    private static float[][] predict(PeftModel model, TokenDataset tokens) {
        BatchLoader batches = BatchLoader.builder(tokens).optBatchSize(EVALUATION_BATCH).build();
        return new PeftTrainer(model, TrainingArguments.builder().build()).predict(batches);
    }

    @Override
    public void close() {
        tokenizer.close();
        base.close();
    }
}
