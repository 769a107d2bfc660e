package io.github.peft4j.task.generate.logits;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.generate.config.GenerationConfig;
import io.github.peft4j.task.generate.config.RepetitionOptions;
import io.github.peft4j.task.generate.config.SamplingOptions;
import io.github.peft4j.task.generate.config.SpecialTokens;
import io.github.peft4j.task.generate.config.WordRules;
import java.util.List;

/** The processors that a config asks for, in the order in which transformers runs them. */
public final class LogitsProcessors {

    private LogitsProcessors() {}

    /**
     * Makes them.
     *
     * @param own of the caller, run before those of sampling
     * @param promptLength tokens of the prompt, padding included
     * @param total tokens at most, prompt included
     */
    public static List<LogitsProcessor> of(
            GenerationConfig config, List<LogitsProcessor> own, int promptLength, int total) {
        ImmutableList.Builder<LogitsProcessor> all = ImmutableList.builder();
        RepetitionOptions repetition = config.repetition();
        if (repetition.repetitionPenalty() != 1) {
            all.add(new RepetitionPenalty(repetition.repetitionPenalty()));
        }
        if (repetition.noRepeatNgramSize() > 0) {
            all.add(new NoRepeatNgrams(repetition.noRepeatNgramSize()));
        }
        SpecialTokens tokens = config.tokens();
        WordRules words = config.words();
        List<List<Integer>> bad =
                words.badWordsIds().stream()
                        .filter(word -> word.size() > 1 || !tokens.ends(word.get(0)))
                        .toList();
        if (!bad.isEmpty()) {
            all.add(new BadWords(bad));
        }
        int least = config.length().least(promptLength);
        if (least > promptLength && !tokens.eosTokenId().isEmpty()) {
            all.add(new MinLength(least, tokens.eosTokenId()));
        }
        Integer first = tokens.forcedBosTokenId();
        if (first != null) {
            all.add(new ForcedTokens(1, ImmutableSet.of(first)));
        }
        if (!tokens.forcedEosTokenId().isEmpty()) {
            all.add(new ForcedTokens(total - 1, tokens.forcedEosTokenId()));
        }
        if (!words.suppressTokens().isEmpty()) {
            all.add(new SuppressedTokens(words.suppressTokens(), SuppressedTokens.EVERYWHERE));
        }
        if (!words.beginSuppressTokens().isEmpty()) {
            int begin = promptLength > 1 || first == null ? promptLength : promptLength + 1;
            all.add(new SuppressedTokens(words.beginSuppressTokens(), begin));
        }
        all.addAll(own);
        if (config.sampling().doSample()) {
            addSampling(config, all);
        }
        return all.build();
    }

    private static void addSampling(
            GenerationConfig config, ImmutableList.Builder<LogitsProcessor> all) {
        SamplingOptions sampling = config.sampling();
        // A beam needs a token to go on by besides those that end it.
        int ends = Math.max(1, config.tokens().eosTokenId().size());
        int least = config.beams().numBeams() > 1 ? ends + 1 : 1;
        if (sampling.temperature() != 1) {
            all.add(new Temperature(sampling.temperature()));
        }
        if (sampling.topK() > 0) {
            all.add(new TopK(Math.max(sampling.topK(), least)));
        }
        if (sampling.topP() < 1) {
            all.add(new TopP(sampling.topP(), least));
        }
        Double minP = sampling.minP();
        if (minP != null) {
            all.add(new MinP(minP, least));
        }
    }
}
