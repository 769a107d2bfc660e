package io.github.peft4j.task.generate;

import io.github.peft4j.task.generate.config.BeamOptions;
import io.github.peft4j.task.generate.config.EarlyStopping;
import io.github.peft4j.task.generate.config.SpecialTokens;
import io.github.peft4j.task.generate.internal.Candidates;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The beams of one prompt: texts that run, and the best that have ended. Sums are float32 and texts
 * out of the race keep a score of about -1e9, as in transformers, so that equal scores fall alike.
 */
final class PromptBeams {

    private final BeamOptions options;
    private final SpecialTokens tokens;
    private final TextEnds ends;
    private final int total;
    private final int promptLength;
    private final @Nullable SplittableRandom random;
    private List<Beam> running = new ArrayList<>();
    private List<Beam> best = new ArrayList<>();
    private int[] parents;
    private boolean improvable = true;
    private boolean allEnded;

    /**
     * Begins with a prompt.
     *
     * @param total tokens at most, prompt included
     * @param random draws continuations; null takes the likeliest
     */
    PromptBeams(
            GrowingRow prompt,
            BeamOptions options,
            SpecialTokens tokens,
            TextEnds ends,
            int total,
            @Nullable SplittableRandom random) {
        this.options = options;
        this.tokens = tokens;
        this.ends = ends;
        this.total = total;
        this.random = random;
        promptLength = prompt.length();
        parents = new int[options.numBeams()];
        for (int i = 0; i < options.numBeams(); i++) {
            // All beams start alike: only the first may be chosen.
            running.add(new Beam(prompt, i == 0 ? 0 : Beam.NEVER, false));
            best.add(new Beam(prompt, Beam.NEVER, false));
        }
    }

    /** Texts that run, best first. */
    List<Beam> running() {
        return running;
    }

    /** Texts that have ended, best first. */
    List<Beam> best() {
        return best;
    }

    /** For each running text, which one of the step before it goes on from. */
    int[] parents() {
        return parents;
    }

    /** Whether a running text may still beat those that have ended. */
    boolean improvable() {
        return improvable;
    }

    /** Whether enough texts have ended. */
    boolean full() {
        return best.stream().allMatch(Beam::finished);
    }

    /** Whether no text of the last step can go on. */
    boolean allEnded() {
        return allEnded;
    }

    /**
     * Makes a step.
     *
     * @param logProbabilities of the next token of each running text, processed
     */
    void step(List<float[]> logProbabilities) {
        int beams = options.numBeams();
        int length = running.get(0).row().length() + 1;
        int wanted = Math.max(2, 1 + tokens.eosTokenId().size()) * beams;
        Candidates candidates = choose(logProbabilities, wanted);
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            int beam = candidates.beam(i);
            int token = candidates.token(i);
            float score = running.get(beam).score() + logProbabilities.get(beam)[token];
            boolean last = length >= total || ends.ends(running.get(beam).row(), length - 1, token);
            steps.add(new Step(beam, token, score, last));
        }
        allEnded = steps.stream().allMatch(Step::ends);
        List<Beam> ended = ended(steps, length);
        goOn(steps);
        best = ended;
        improvable = improvable && mayImprove(length);
    }

    /** A continuation of a running text by one token. */
    private record Step(int beam, int token, float score, boolean ends) {

        float scoreToGoOn() {
            return score + (ends ? Beam.NEVER : 0);
        }
    }

    private Candidates choose(List<float[]> logProbabilities, int wanted) {
        Candidates candidates = new Candidates(wanted);
        for (int beam = 0; beam < logProbabilities.size(); beam++) {
            float[] scores = logProbabilities.get(beam);
            float sum = running.get(beam).score();
            for (int token = 0; token < scores.length; token++) {
                float score = sum + scores[token];
                candidates.offer(random == null ? score : score + gumbel(random), beam, token);
            }
        }
        return candidates;
    }

    /**
     * The largest sums of log probabilities and such noise are draws without putting back.
     *
     * @see <a href="https://arxiv.org/abs/1903.06059">Kool et al. 2019, section 2.3</a>
     */
    private static double gumbel(SplittableRandom random) {
        return -Math.log(-Math.log(random.nextDouble(Double.MIN_NORMAL, 1)));
    }

    private void goOn(List<Step> steps) {
        List<Step> order = new ArrayList<>(steps);
        order.sort(Comparator.comparing(Step::scoreToGoOn, Collections.reverseOrder()));
        List<Beam> next = new ArrayList<>();
        for (int i = 0; i < options.numBeams(); i++) {
            Step step = order.get(i);
            parents[i] = step.beam();
            GrowingRow row = running.get(step.beam()).row().with(step.token());
            next.add(new Beam(row, step.scoreToGoOn(), false));
        }
        running = next;
    }

    /** The best of the texts that had ended and those that end now among the first beams. */
    private List<Beam> ended(List<Step> steps, int length) {
        boolean closed = full() && options.earlyStopping() == EarlyStopping.ENOUGH;
        float divisor = power(length - promptLength);
        List<Ended> merged = new ArrayList<>();
        best.forEach(beam -> merged.add(new Ended(beam.score(), beam, null)));
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            boolean counts = step.ends() && i < options.numBeams();
            float score = step.score() / divisor;
            score += closed ? Beam.NEVER : 0;
            score += improvable ? 0 : Beam.NEVER;
            score += counts ? 0 : Beam.NEVER;
            Beam from = new Beam(running.get(step.beam()).row(), score, counts);
            merged.add(new Ended(score, from, step));
        }
        // Of equal scores, which forced tokens make, that of a text which has ended.
        merged.sort(
                Comparator.comparing(Ended::score, Collections.reverseOrder())
                        .thenComparing(ended -> !ended.from().finished()));
        return merged.stream().limit(options.numBeams()).map(Ended::beam).toList();
    }

    /** A text in the race, whose last token is not yet put in if {@code step} has one. */
    private record Ended(float score, Beam from, @Nullable Step step) {

        Beam beam() {
            return step == null
                    ? from
                    : new Beam(from.row().with(step.token()), score, from.finished());
        }
    }

    private boolean mayImprove(int length) {
        boolean toTheEnd =
                options.earlyStopping() == EarlyStopping.IMPOSSIBLE && options.lengthPenalty() > 0;
        float hoped = running.get(0).score() / power((toTheEnd ? total : length) - promptLength);
        float worst = best.get(best.size() - 1).score();
        return best.stream().anyMatch(beam -> hoped > (beam.finished() ? worst : Beam.NEVER));
    }

    private float power(int newTokens) {
        return (float) Math.pow(newTokens, options.lengthPenalty());
    }

    /**
     * A text that beam search follows, or has finished.
     *
     * @param row its tokens
     * @param score log probability; of a finished text, divided by its length to a power
     * @param finished whether it has ended
     */
    record Beam(GrowingRow row, float score, boolean finished) {

        /** Far below every log probability: what marks texts that must not be chosen. */
        static final float NEVER = -1e9f;
    }
}
