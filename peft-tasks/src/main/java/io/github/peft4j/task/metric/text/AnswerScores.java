package io.github.peft4j.task.metric.text;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Multiset;
import com.google.common.collect.Multisets;
import java.util.List;

/**
 * How good answers out of a passage are: exact matches, and F1 of their words, as in SQuAD.
 *
 * <p>Answers are compared in small letters, without punctuation (ASCII), the words a, an and the,
 * and differences in white space. Of several right answers the best fit counts. Per question
 *
 * <ul>
 *   <li>exact match is 1 if the words are equal, else 0
 *   <li>\(F_1 = 2 P R / (P + R)\), \(P\) the share of the predicted words and \(R\) the share of
 *       the answer's words that are in both, repeated words as often as both have them
 * </ul>
 *
 * <p>A question without a right answer is answered by an empty text. If one side is empty after
 * normalisation, F1 is 1 if both are, else 0 (version 2.0 of the evaluation; version 1.1 gives 0
 * for an answer that is an article only). Figures are means from 0 to 1; SQuAD prints per cent.
 *
 * <p>Not safe for use by several threads at once.
 *
 * @see <a href="https://arxiv.org/abs/1606.05250">SQuAD, section 6.1</a>
 * @see <a href="https://arxiv.org/abs/1806.03822">SQuAD 2.0</a>
 */
public final class AnswerScores {

    private double exact;
    private double f1;
    private long total;

    /**
     * Counts one question.
     *
     * @param predicted the answer; empty if the model says that there is none
     * @param answers what would be right; empty if the question has no answer
     */
    public void update(String predicted, List<String> answers) {
        ImmutableList<String> guess = AnswerText.words(predicted);
        List<ImmutableList<String>> truths =
                answers.stream().map(AnswerText::words).filter(words -> !words.isEmpty()).toList();
        if (truths.isEmpty()) {
            truths = ImmutableList.of(ImmutableList.of());
        }
        exact += truths.contains(guess) ? 1 : 0;
        f1 += truths.stream().mapToDouble(truth -> overlap(guess, truth)).max().orElse(0);
        total++;
    }

    /** The share of questions whose answer is right to the word. */
    public double exactMatch() {
        return mean(exact);
    }

    /** The mean F1 of the words. */
    public double f1() {
        return mean(f1);
    }

    /** Number of questions. */
    public long total() {
        return total;
    }

    private static double overlap(List<String> guess, List<String> truth) {
        if (guess.isEmpty() || truth.isEmpty()) {
            return guess.equals(truth) ? 1 : 0;
        }
        Multiset<String> both =
                Multisets.intersection(HashMultiset.create(guess), HashMultiset.create(truth));
        return PrecisionRecall.of(both.size(), guess.size(), truth.size()).f1();
    }

    private double mean(double sum) {
        if (total == 0) {
            throw new IllegalStateException(
                    "The scores of 0 answers have no value. Count one or more first.");
        }
        return sum / total;
    }
}
