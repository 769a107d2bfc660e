package io.github.peft4j.task.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableDoubleArray;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.task.generate.config.EarlyStopping;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.config.SamplingOptions;
import io.github.peft4j.task.generate.internal.Softmax;
import io.github.peft4j.task.generate.logits.LogitsProcessor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Follows several texts for each prompt and keeps the likeliest, the length weighed in. Prompts are
 * read once; their beams part behind them.
 *
 * @see <a href="https://arxiv.org/abs/1609.08144">Wu et al. 2016, section 7</a>
 */
final class BeamSearch {

    private final DecodingState decoding;
    private final GenerationConfig config;
    private final List<LogitsProcessor> processors;
    private final TextEnds ends;
    private final List<PromptBeams> prompts = new ArrayList<>();

    /**
     * Begins.
     *
     * @param prompts the decoder's text of each prompt
     * @param total tokens at most, prompt included
     */
    BeamSearch(
            DecodingState decoding,
            List<GrowingRow> prompts,
            GenerationConfig config,
            List<LogitsProcessor> processors,
            TextEnds ends,
            int total) {
        this.decoding = decoding;
        this.config = config;
        this.processors = processors;
        this.ends = ends;
        SamplingOptions sampling = config.sampling();
        SplittableRandom random = Sampler.random(sampling);
        for (GrowingRow prompt : prompts) {
            this.prompts.add(
                    new PromptBeams(
                            prompt,
                            config.beams(),
                            config.tokens(),
                            ends,
                            total,
                            sampling.doSample() ? random.split() : null));
        }
    }

    /** Searches to the end. */
    GenerationResult run() {
        int beams = config.beams().numBeams();
        step(1);
        decoding.repeat(prompts.size(), beams);
        while (goesOn()) {
            decoding.choose(parents());
            step(beams);
        }
        return result();
    }

    /**
     * Makes a step.
     *
     * @param distinct beams of a prompt that differ: 1 in the first step, else all
     */
    private void step(int distinct) {
        try (Gradients off = Gradients.off();
                NDManager scope = decoding.newScope()) {
            List<GrowingRow> rows = new ArrayList<>();
            for (PromptBeams prompt : prompts) {
                prompt.running().stream()
                        .limit(distinct)
                        .map(PromptBeams.Beam::row)
                        .forEach(rows::add);
            }
            NDArray scores = decoding.scores(scope, rows).logSoftmax(1);
            int vocabulary = (int) scores.getShape().get(1);
            float[] all = scores.toFloatArray();
            for (int i = 0; i < prompts.size(); i++) {
                List<float[]> processed = new ArrayList<>();
                for (int beam = 0; beam < distinct; beam++) {
                    int row = i * distinct + beam;
                    int start = row * vocabulary;
                    float[] own = Arrays.copyOfRange(all, start, start + vocabulary);
                    requireNumbers(own);
                    for (LogitsProcessor processor : processors) {
                        processor.process(rows.get(row), own);
                    }
                    processed.add(own);
                }
                while (processed.size() < config.beams().numBeams()) {
                    processed.add(processed.get(0));
                }
                prompts.get(i).step(processed);
            }
        }
    }

    /** One NaN makes all log probabilities NaN. */
    private static void requireNumbers(float[] scores) {
        if (Float.isNaN(scores[0])) {
            Softmax.requireNumber(scores[0]);
        }
    }

    private boolean goesOn() {
        boolean enough =
                config.beams().earlyStopping() == EarlyStopping.ENOUGH
                        && prompts.stream().allMatch(PromptBeams::full);
        return !enough
                && prompts.stream().anyMatch(PromptBeams::improvable)
                && !prompts.stream().allMatch(PromptBeams::allEnded);
    }

    private long[] parents() {
        int beams = config.beams().numBeams();
        long[] parents = new long[prompts.size() * beams];
        for (int i = 0; i < parents.length; i++) {
            parents[i] = (long) i / beams * beams + prompts.get(i / beams).parents()[i % beams];
        }
        return parents;
    }

    private long fill() {
        return config.tokens().fill() < 0 ? ends.fill() : config.tokens().fillOfBeams();
    }

    private GenerationResult result() {
        List<PromptBeams.Beam> chosen = new ArrayList<>();
        for (PromptBeams prompt : prompts) {
            chosen.addAll(prompt.best().subList(0, config.beams().numReturnSequences()));
        }
        int longest = chosen.stream().mapToInt(beam -> beam.row().length()).max().orElse(0);
        int promptLength = chosen.get(0).row().promptLength();
        return new GenerationResult(
                chosen.stream()
                        .map(beam -> beam.row().filled(longest, fill()))
                        .map(ImmutableLongArray::copyOf)
                        .collect(ImmutableList.toImmutableList()),
                promptLength,
                ImmutableIntArray.copyOf(
                        chosen.stream().mapToInt(beam -> beam.row().length() - promptLength)),
                ImmutableDoubleArray.copyOf(chosen.stream().mapToDouble(PromptBeams.Beam::score)));
    }
}
