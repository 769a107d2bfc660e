package io.github.peft4j.internal.text;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs patterns of unknown origin with a bound on the characters that they look at, so that none
 * computes without end. Every pattern that may stand in a file is matched here.
 *
 * <p>Each match has some characters free, which ordinary patterns hardly need; what goes beyond
 * them adds up over all patterns and names of one option. {@code PythonRegexTranslator} sees to it
 * that no pattern can work for long without looking at a character.
 */
public final class StepLimit {

    /** Characters that each match may look at: an ordinary one takes 10 to 300. */
    private static final int FREE = 1 << 12;

    /** Characters beyond those, over all matches: half a second of work or less. */
    private static final int MOST = 10_000_000;

    /** Characters of a pattern that an error text shows. */
    public static final int SHOWN = 100;

    private final String option;
    private long spent;

    /**
     * A limit of its own for an option.
     *
     * @param option the key that the patterns stand under, for the error text
     */
    public StepLimit(String option) {
        this.option = option;
    }

    /**
     * Applies a pattern to a name.
     *
     * @param given the pattern as its author wrote it, for the error text
     * @param use what to ask the matcher
     * @throws IllegalArgumentException if the pattern takes too long
     */
    public <T> T match(Pattern pattern, String given, String name, Function<Matcher, T> use) {
        try {
            return use.apply(pattern.matcher(new Counted(name, given)));
        } catch (StackOverflowError tooDeep) {
            throw refusal(given, name, tooDeep);
        }
    }

    /** Refuses a pattern whose parts nest or repeat beyond what the stack holds. */
    public IllegalArgumentException tooDeep(String given, StackOverflowError cause) {
        return refusal(given, "any name", cause);
    }

    /** Refuses a pattern that is longer than anyone writes. */
    public IllegalArgumentException tooLong(String given, int most) {
        return new IllegalArgumentException(
                "%s has %d characters; a pattern has at most %d. Name the modules in a list."
                        .formatted(start(given), given.length(), most));
    }

    private IllegalArgumentException refusal(
            String given, String name, StackOverflowError tooDeep) {
        return new IllegalArgumentException(
                start(given)
                        + " nests or repeats its parts too deeply to be matched against \""
                        + cut(name)
                        + "\". Write it without brackets that repeat, or name the modules in a"
                        + " list.",
                tooDeep);
    }

    private String start(String given) {
        return option + " holds \"" + cut(given) + "\", which";
    }

    /** The beginning of a long text. */
    public static String cut(String text) {
        return text.length() <= SHOWN
                ? text
                : text.substring(0, SHOWN) + "... (" + text.length() + " characters)";
    }

    /** A name that counts how often it is looked at. */
    private final class Counted implements CharSequence {

        private final String name;
        private final String given;
        private int free = FREE;

        Counted(String name, String given) {
            this.name = name;
            this.given = given;
        }

        @Override
        public int length() {
            return name.length();
        }

        @Override
        public char charAt(int index) {
            if (--free < 0 && ++spent > MOST) {
                throw new IllegalArgumentException(
                        start(given)
                                + " takes too long to match: more than "
                                + MOST
                                + " steps, the last ones at \""
                                + cut(name)
                                + "\". Write it without repetitions inside repetitions, or name the"
                                + " modules in a list.");
            }
            return name.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return name.substring(start, end);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
