package io.github.peft4j.task.chat.internal.jinja.value;

/**
 * Finds a text in another one, forwards or backwards, by Knuth, Morris and Pratt: it looks at each
 * character about twice, whatever the texts are. What Java does may look at each as often as the
 * sought text is long.
 */
public final class Search {

    /** Up to this length nothing is gained by it. */
    private static final int SHORT = 16;

    private final String wanted;
    private final int[] borders;

    /** A search that spends what its preparation and each use of it take. */
    public Search(String wanted, Budget budget) {
        budget.spend(wanted.length());
        this.wanted = wanted;
        this.borders = wanted.length() <= SHORT ? new int[0] : borders(wanted);
    }

    private static int[] borders(String text) {
        int[] borders = new int[text.length()];
        int length = 0;
        for (int i = 1; i < text.length(); i++) {
            while (length > 0 && text.charAt(i) != text.charAt(length)) {
                length = borders[length - 1];
            }
            if (text.charAt(i) == text.charAt(length)) {
                length++;
            }
            borders[i] = length;
        }
        return borders;
    }

    /** Where the text begins in another one, from a place on; -1 if it does not. */
    public int in(String text, int from, Budget budget) {
        int at = borders.length == 0 ? text.indexOf(wanted, from) : find(text, from);
        int end = at < 0 ? text.length() : at + wanted.length();
        budget.spend(1L + Math.max(0, end - from));
        return at;
    }

    private int find(String text, int from) {
        int matched = 0;
        for (int i = from; i < text.length(); i++) {
            while (matched > 0 && text.charAt(i) != wanted.charAt(matched)) {
                matched = borders[matched - 1];
            }
            if (text.charAt(i) == wanted.charAt(matched) && ++matched == wanted.length()) {
                return i - matched + 1;
            }
        }
        return -1;
    }

    /** Where a text begins for the last time in another one; -1 if it does not. */
    public static int last(String text, String wanted, Budget budget) {
        String mirrored = reversed(text);
        int at = new Search(reversed(wanted), budget).in(mirrored, 0, budget);
        return at < 0 ? -1 : text.length() - at - wanted.length();
    }

    /** Unit by unit: halves of surrogate pairs change places too. */
    public static String reversed(String text) {
        char[] units = text.toCharArray();
        for (int i = 0, j = units.length - 1; i < j; i++, j--) {
            char unit = units[i];
            units[i] = units[j];
            units[j] = unit;
        }
        return new String(units);
    }
}
