package io.github.peft4j.task.translate;

import io.github.peft4j.task.data.Encoding;
import io.github.peft4j.task.data.Token;

/**
 * The piece of a passage that a model marks as the answer, in one row of tokens.
 *
 * <p>Of all pairs \(i \le j \lt i + n\) of passage tokens, with \(n\) the longest answer, the one
 * with the largest \(s_i + e_j\); of equal ones the first. That no answer is there has the score of
 * the first token, \(s_0 + e_0\).
 */
final class AnswerSpan {

    private final Encoding row;
    private final float[] starts;
    private final float[] ends;

    private AnswerSpan(Encoding row, float[] starts, float[] ends) {
        this.row = row;
        this.starts = starts;
        this.ends = ends;
    }

    /**
     * The answer, empty if the model says that there is none.
     *
     * @param passage the second text of the row
     * @param longest most tokens of an answer
     * @param mayBeAbsent whether an answer may be empty at all
     * @param wholeWords whether an answer is widened to the words that it begins and ends in
     */
    static String text(
            String passage,
            Encoding row,
            float[] starts,
            float[] ends,
            int longest,
            boolean mayBeAbsent,
            boolean wholeWords) {
        if (starts.length != row.length() || ends.length != row.length()) {
            throw new IllegalArgumentException(
                    ("The model gives %d starts and %d ends for %d tokens. Use a model with a head"
                                    + " for questions: start_logits and end_logits, [B, S] each.")
                            .formatted(starts.length, ends.length, row.length()));
        }
        return new AnswerSpan(row, starts, ends).text(passage, longest, mayBeAbsent, wholeWords);
    }

    private String text(String passage, int longest, boolean mayBeAbsent, boolean wholeWords) {
        int first = -1;
        int last = -1;
        for (int i = 0; i < row.length(); i++) {
            for (int j = i; isPassage(i) && j < row.length() && j < i + longest; j++) {
                if (isPassage(j) && (first < 0 || score(i, j) > score(first, last))) {
                    first = i;
                    last = j;
                }
            }
        }
        if (first < 0) {
            throw new IllegalArgumentException(
                    "Nothing of the passage is left in the row. Shorten the question, or raise"
                            + " maxLength.");
        }
        int none = firstToken();
        if (mayBeAbsent && score(none, none) > score(first, last)) {
            return "";
        }
        while (wholeWords && isOneWord(first, first - 1)) {
            first--;
        }
        while (wholeWords && isOneWord(last, last + 1)) {
            last++;
        }
        return passage.substring(
                row.tokens().get(first).chars().start(), row.tokens().get(last).chars().end());
    }

    /** In doubles: the sum of two floats may round two pairs to one number. */
    private double score(int start, int end) {
        return (double) starts[start] + ends[end];
    }

    private boolean isPassage(int token) {
        return row.tokens().get(token).sequence() == 1;
    }

    private boolean isOneWord(int token, int neighbour) {
        if (neighbour < 0 || neighbour >= row.length() || !isPassage(neighbour)) {
            return false;
        }
        int word = row.tokens().get(token).word();
        return word >= 0 && row.tokens().get(neighbour).word() == word;
    }

    private int firstToken() {
        int first = 0;
        while (row.tokens().get(first).kind() == Token.Kind.PADDING) {
            first++;
        }
        return first;
    }
}
