package io.github.peft4j.internal.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Which names are spelled nearly like another. */
public final class Spelling {

    private static final int NEAREST = 3;

    private Spelling() {}

    /**
     * Names that take the fewest edits from a wanted one, the nearest first: at most three, none
     * that would have to change in more than half its letters.
     */
    public static List<String> near(String wanted, Collection<String> names) {
        return names.stream()
                .distinct()
                .filter(name -> edits(wanted, name) <= name.length() / 2)
                .sorted(
                        Comparator.comparingInt((String name) -> edits(wanted, name))
                                .thenComparing(Comparator.naturalOrder()))
                .limit(NEAREST)
                .toList();
    }

    /** Levenshtein's distance. */
    public static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
