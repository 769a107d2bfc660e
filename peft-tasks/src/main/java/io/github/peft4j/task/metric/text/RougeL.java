package io.github.peft4j.task.metric.text;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How much of a text's words come in the order of a reference: ROUGE-L, over whole texts.
 *
 * <p>With \(\mathrm{lcs}\) the number of words in the longest common subsequence, \(P =
 * \mathrm{lcs} / |\mathrm{predicted}|\), \(R = \mathrm{lcs} / |\mathrm{reference}|\) and \(F = 2 P
 * R / (P + R)\). That is {@code rougeL} of the Python package rouge_score without stemming: words
 * are runs of a-z and 0-9 in small letters, every other sign parts them (so texts outside the Latin
 * alphabet have no words). It is not {@code rougeLsum}, which matches sentence by sentence.
 *
 * <p>Costs |predicted| times |reference| steps. Not safe for use by several threads at once.
 *
 * @see <a href="https://aclanthology.org/W04-1013">paper</a>, section 3.1, with \(\beta = 1\)
 * @see <a
 *     href="https://github.com/google-research/google-research/tree/master/rouge">rouge_score</a>
 */
public final class RougeL {

    private static final Splitter WORDS =
            Splitter.on(Pattern.compile("[^a-z0-9]+")).omitEmptyStrings();

    private double sum;
    private long total;

    /** Counts one text by the reference that fits it best. */
    public void update(String predicted, List<String> references) {
        sum +=
                references.stream()
                        .mapToDouble(reference -> score(predicted, reference).f1())
                        .max()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "0 references cannot be compared with. Give one"
                                                        + " or more."));
        total++;
    }

    /** Counts one text. */
    public void update(String predicted, String reference) {
        update(predicted, ImmutableList.of(reference));
    }

    /** The mean F of the texts so far. */
    public double value() {
        if (total == 0) {
            throw new IllegalStateException(
                    "The ROUGE-L of 0 texts has no value. Count one or more first.");
        }
        return sum / total;
    }

    /** Precision, recall and F of one text; all 0 if one of the two has no words. */
    public static PrecisionRecall score(String predicted, String reference) {
        List<String> guess = words(predicted);
        List<String> truth = words(reference);
        return PrecisionRecall.of(commonSubsequence(guess, truth), guess.size(), truth.size());
    }

    private static List<String> words(String text) {
        return WORDS.splitToList(text.toLowerCase(Locale.ROOT));
    }

    /** Row by row of the usual table: entry j is the length for the rows so far and j words. */
    private static int commonSubsequence(List<String> left, List<String> right) {
        int[] row = new int[right.size() + 1];
        for (String word : left) {
            int diagonal = 0;
            for (int j = 1; j < row.length; j++) {
                int above = row[j];
                row[j] = word.equals(right.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[right.size()];
    }
}
