package io.github.peft4j.task.train.score;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.PeftModel;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.text.TextGenerator;
import io.github.peft4j.task.metric.text.RougeL;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The figure {@code rougeL} of texts that the model writes, against references, from 0 to 1.
 *
 * <p>Writing takes much longer than the loss of the same texts; a hundred prompts are usually
 * enough to tell checkpoints apart. Write without sampling: the figure is then the same each time.
 *
 * @see RougeL
 */
public final class RougeScorer implements Scorer {

    private final Function<PeftModel, ? extends List<String>> writer;
    private final ImmutableList<String> references;

    /**
     * Scores texts that a function of one's own makes.
     *
     * @param writer makes a text for each reference, in their order
     */
    public RougeScorer(
            Function<PeftModel, ? extends List<String>> writer, List<String> references) {
        if (references.isEmpty()) {
            throw new IllegalArgumentException(
                    "0 references cannot be compared with. Give one or more.");
        }
        this.writer = writer;
        this.references = ImmutableList.copyOf(references);
    }

    /**
     * Scores what a model writes behind prompts.
     *
     * @param prompts as many as references
     */
    public static RougeScorer of(
            Tokenizer tokenizer,
            List<String> prompts,
            List<String> references,
            GenerationConfig config) {
        ImmutableList<String> copy = ImmutableList.copyOf(prompts);
        return new RougeScorer(
                model -> {
                    try (TextGenerator generator =
                            TextGenerator.builder(tokenizer, Generator.of(model), config).build()) {
                        return generator.generateAll(copy);
                    }
                },
                references);
    }

    @Override
    public List<String> fields() {
        return ImmutableList.of();
    }

    @Override
    public List<String> names() {
        return ImmutableList.of("rougeL");
    }

    @Override
    public Map<String, Double> score(Predictions predictions) {
        List<String> texts = writer.apply(predictions.model());
        if (texts.size() != references.size()) {
            throw new IllegalArgumentException(
                    "%d texts do not fit %d references. Give a prompt for each reference."
                            .formatted(texts.size(), references.size()));
        }
        RougeL rouge = new RougeL();
        for (int i = 0; i < texts.size(); i++) {
            rouge.update(texts.get(i), references.get(i));
        }
        return ImmutableMap.of("rougeL", rouge.value());
    }
}
