package io.github.peft4j.task.generate.logits;

/**
 * Forbids each token that would complete a row of tokens which is in the text already; padding
 * counts as text.
 *
 * @param size tokens of such a row
 */
record NoRepeatNgrams(int size) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        int suffix = row.length() - (size - 1); // where the last size - 1 tokens begin
        for (int start = 0; start + size <= row.length(); start++) {
            int banned = (int) row.id(start + size - 1);
            if (banned < scores.length && matches(row, start, suffix)) {
                scores[banned] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private boolean matches(TokenRow row, int start, int suffix) {
        for (int i = 0; i < size - 1; i++) {
            if (row.id(start + i) != row.id(suffix + i)) {
                return false;
            }
        }
        return true;
    }
}
