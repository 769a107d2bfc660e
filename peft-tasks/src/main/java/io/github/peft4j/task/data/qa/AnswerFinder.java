package io.github.peft4j.task.data.qa;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.tokenize.Span;
import java.util.List;

/**
 * Finds answers in the logits of start and end.
 *
 * <p>Of all windows of a question, the piece of the passage with the highest start logit plus end
 * logit is the answer, unless the same sum at position 0, the lowest of all windows, is higher
 * still: then the passage does not say. That is the rule of Hugging Face's example, without its cut
 * to the 20 best starts and ends.
 *
 * @param maxAnswerTokens longest answer; default 30
 * @param alwaysAnswer whether there must be an answer, however high position 0 scores; default
 *     false
 */
public record AnswerFinder(int maxAnswerTokens, boolean alwaysAnswer) {

    /** Refuses answers without tokens. */
    public AnswerFinder {
        if (maxAnswerTokens < 1) {
            throw new IllegalArgumentException(
                    "maxAnswerTokens %d is not positive. Give at least 1."
                            .formatted(maxAnswerTokens));
        }
    }

    /** Answers of at most 30 tokens, or none. */
    public AnswerFinder() {
        this(30, false);
    }

    /**
     * The answer to each question.
     *
     * @param startLogits a row a window, in the order of the windows, padding included
     * @param endLogits as {@code startLogits}
     */
    public List<FoundAnswer> find(
            QuestionWindows windows, float[][] startLogits, float[][] endLogits) {
        if (startLogits.length != windows.size() || endLogits.length != windows.size()) {
            throw new IllegalArgumentException(
                    "%d rows of start logits and %d of end logits do not fit %d windows."
                                    .formatted(startLogits.length, endLogits.length, windows.size())
                            + " Give one row a window.");
        }
        ImmutableList.Builder<FoundAnswer> answers = ImmutableList.builder();
        int window = 0;
        for (int question = 0; question < windows.questions().size(); question++) {
            Best best = new Best();
            for (; window < windows.size() && windows.question(window) == question; window++) {
                search(windows, window, startLogits[window], endLogits[window], best);
            }
            answers.add(answer(windows, question, best));
        }
        return answers.build();
    }

    /** The best so far of one question. */
    private static final class Best {
        private double score = Double.NEGATIVE_INFINITY;
        private double nullScore = Double.POSITIVE_INFINITY;
        private Span chars = Span.EMPTY;
    }

    private void search(
            QuestionWindows windows, int window, float[] starts, float[] ends, Best best) {
        Span context = windows.contextTokens(window);
        if (starts.length < context.end() || ends.length < context.end()) {
            throw new IllegalArgumentException(
                    "Window %d has %d start logits and %d end logits for %d tokens. Give all."
                            .formatted(window, starts.length, ends.length, windows.length(window)));
        }
        best.nullScore = Math.min(best.nullScore, (double) starts[0] + ends[0]);
        for (int start = context.start(); start < context.end(); start++) {
            int limit = (int) Math.min(context.end(), (long) start + maxAnswerTokens);
            for (int end = start; end < limit; end++) {
                double score = (double) starts[start] + ends[end];
                if (score > best.score) {
                    best.score = score;
                    best.chars = windows.contextChars(window, start, end);
                }
            }
        }
    }

    private FoundAnswer answer(QuestionWindows windows, int question, Best best) {
        if (!Double.isFinite(best.score) || !Double.isFinite(best.nullScore)) {
            throw new IllegalArgumentException(
                    "The logits of question %s are not finite. Look for NaN in the adapter."
                            .formatted(windows.questions().get(question).id()));
        }
        if (best.nullScore > best.score && !alwaysAnswer) {
            return new FoundAnswer("", Span.EMPTY, best.score, best.nullScore);
        }
        Span chars = stripped(windows.questions().get(question).context(), best.chars);
        String context = windows.questions().get(question).context();
        return new FoundAnswer(
                context.substring(chars.start(), chars.end()), chars, best.score, best.nullScore);
    }

    /** The span without the white space that some tokenizers count to a token. */
    private static Span stripped(String text, Span chars) {
        int start = chars.start();
        int end = chars.end();
        while (start < end && Character.isWhitespace(text.charAt(start))) {
            start++;
        }
        while (start < end && Character.isWhitespace(text.charAt(end - 1))) {
            end--;
        }
        return new Span(start, end);
    }
}
