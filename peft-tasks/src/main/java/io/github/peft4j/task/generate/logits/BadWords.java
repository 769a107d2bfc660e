package io.github.peft4j.task.generate.logits;

import java.util.List;

/**
 * Forbids the last token of a row of tokens where those before it stand already.
 *
 * @param words rows of one token or more
 */
record BadWords(List<List<Integer>> words) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        for (List<Integer> word : words) {
            int last = word.get(word.size() - 1);
            boolean fits = word.size() == 1 || word.size() <= row.length();
            if (last < scores.length && fits && follows(row, word)) {
                scores[last] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    private static boolean follows(TokenRow row, List<Integer> word) {
        int start = row.length() - word.size() + 1;
        for (int i = 0; i < word.size() - 1; i++) {
            if (row.id(start + i) != word.get(i)) {
                return false;
            }
        }
        return true;
    }
}
