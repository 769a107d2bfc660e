package io.github.peft4j.examples.demo.lesson;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.DisabledAdapters;
import io.github.peft4j.PeftModel;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.examples.data.DemoData;
import io.github.peft4j.examples.demo.story.DemoBase;
import io.github.peft4j.examples.demo.story.DemoSettings;
import io.github.peft4j.examples.demo.story.Figures;
import io.github.peft4j.examples.demo.story.Lesson;
import io.github.peft4j.examples.demo.story.Trainings;
import io.github.peft4j.model.LogitsToKeep;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.TokenBatch;
import io.github.peft4j.task.data.generation.TokenBlocks;
import io.github.peft4j.task.data.read.RowMapper;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.generate.text.TextPrompt;
import io.github.peft4j.task.metric.text.Perplexity;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.train.config.TrainingArguments;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes in the style of some texts.
 *
 * @param train texts to learn from
 * @param test unseen texts
 * @param prompts beginnings to show
 * @param learningRate of the training
 * @param batch blocks a step
 */
public record Style(
        List<String> train, List<String> test, List<String> prompts, double learningRate, int batch)
        implements Lesson {

    private static final int BLOCK = 256;
    private static final int NEW_TOKENS = 40;
    private static final ImmutableMap<String, List<String>> PROMPTS =
            ImmutableMap.of(
                    "kjv", ImmutableList.of("And the LORD", "The wise man", "In the morning"),
                    "devil",
                            ImmutableList.of(
                                    "love (noun):", "politician (noun):", "marriage (noun):"));

    /** Names of the shipped styles. */
    public static final List<String> SHIPPED = PROMPTS.keySet().asList();

    /** A shipped style, or a file of the same form: split, key, text. */
    public static Style read(@Nullable Path file, String name, double learningRate, int batch)
            throws IOException {
        List<String> test = read(file, name, "test");
        List<String> prompts =
                file == null ? PROMPTS.getOrDefault(name, ImmutableList.of()) : beginnings(test);
        return new Style(read(file, name, "train"), test, prompts, learningRate, batch);
    }

    private static List<String> read(@Nullable Path file, String name, String split)
            throws IOException {
        RowReader reader = RowReader.tsv().optSplit(split).build();
        // A line break inside a text is written as two characters.
        RowMapper<String> text = RowMapper.of(row -> row.text("text").replace("\\n", "\n"), "text");
        if (file != null) {
            return reader.read(file, text).rows();
        }
        String resource = name + "/" + name + ".tsv";
        try (InputStream bytes = DemoData.open(resource)) {
            return reader.read(bytes, resource, text).rows();
        }
    }

    /** The first three words of the first texts. */
    private static List<String> beginnings(List<String> texts) {
        return texts.stream()
                .limit(3)
                .map(text -> String.join(" ", Iterables.limit(List.of(text.split("\\s+")), 3)))
                .collect(ImmutableList.toImmutableList());
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
        TrainingArguments arguments =
                Trainings.arguments(settings, learningRate).optWeightDecay(0).build();
        BatchLoader batches =
                BatchLoader.builder(
                                TokenBlocks.training(
                                        base.tokenizer(), train, block(base), settings.seed()))
                        .optBatchSize(batch)
                        .optShuffle(true)
                        .optSeed(settings.seed())
                        .build();
        Trainings.run(model, arguments, batches, "blocks", out);
    }

    @Override
    public Figures examine(DemoBase base, PeftModel model) {
        TokenBlocks blocks = TokenBlocks.evaluation(base.tokenizer(), test, block(base));
        BatchLoader loader = BatchLoader.builder(blocks).optBatchSize(batch).build();
        Perplexity perplexity = new Perplexity();
        Figures.Sum sum = new Figures.Sum();
        for (Iterator<TokenBatch> batches = loader.iterator(0); batches.hasNext(); ) {
            TokenBatch some = batches.next();
            try (NDManager scope = Engines.newManager()) {
                NDArray loss =
                        model.forward(some.toInput(scope).withLogits(LogitsToKeep.NONE)).loss();
                float[] mean = loss.toFloatArray();
                long predicted = (long) some.size() * (block(base) - 1);
                perplexity.update(mean[0] * (double) predicted, predicted);
                sum.add(mean);
            }
        }
        return new Figures(
                ImmutableMap.of("perplexity", perplexity.value()), sum.result(), blocks.size());
    }

    @Override
    public void show(DemoBase base, PeftModel model, PrintWriter out) {
        for (String prompt : prompts) {
            try (DisabledAdapters off = model.disableAdapter()) {
                out.println("  base:    " + answer(base, model, prompt));
            }
            out.println("  adapter: " + answer(base, model, prompt));
        }
    }

    @Override
    public String answer(DemoBase base, PeftModel model, String text) {
        int end = base.tokenizer().eosId();
        TextPrompt words =
                TextPrompt.of(
                        base.tokenizer(),
                        text,
                        EncodeOptions.builder().optAddSpecialTokens(false).build());
        // Texts begin behind the token that ended the one before, as in training.
        TextPrompt prompt =
                new TextPrompt(
                        text, ImmutableLongArray.builder().add(end).addAll(words.ids()).build());
        GenerationConfig config =
                GenerationConfig.builder()
                        .optMaxNewTokens(NEW_TOKENS)
                        .optDoSample(true)
                        .optTopK(20)
                        .optTemperature(0.7)
                        .optSeed(3L)
                        .optEosTokenId(end)
                        .optPadTokenId(end)
                        .build();
        TextGenerator generator =
                TextGenerator.builder(base.tokenizer(), Generator.of(model), config).build();
        String answer = generator.generatePrompts(List.of(prompt)).get(0).text();
        return text + answer.stripTrailing().replace("\n", " / ");
    }

    private static int block(DemoBase base) {
        return base.maxLength(BLOCK);
    }
}
