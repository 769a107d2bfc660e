package io.github.peft4j.task.tokenize.check;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Bars patterns that the regular expressions of the native library (Oniguruma) might give up on:
 * where it has gone back ten million times the process ends.
 */
final class PatternCheck {

    private static final int LONGEST = 8192;

    /** Ways through a pattern, its repetitions without end left out. */
    private static final long MOST_WAYS = 4096;

    /** Ways to a repetition without end behind which the match may fail. */
    private static final long MOST_WAYS_TO_LOOP = 16;

    private PatternCheck() {}

    /**
     * What a pattern takes from a text.
     *
     * @param shortest characters of its shortest match
     */
    record Bounds(int shortest) {

        /** How many times as long a text may get where matches are replaced. */
        long growth(String content) {
            return shortest == 0
                    ? content.length() + 1L
                    : Math.max(1, (content.length() + shortest - 1) / shortest);
        }
    }

    /** Checks a pattern, which is either a text or a regular expression. */
    static Bounds check(String path, @Nullable JsonElement pattern) {
        if (!(pattern instanceof JsonObject object)) {
            return new Bounds(1); // the library says so
        }
        if (object.get("String") instanceof JsonPrimitive text) {
            return new Bounds(text.getAsString().length());
        }
        if (!(object.get("Regex") instanceof JsonPrimitive regex)) {
            return new Bounds(1);
        }
        String source = regex.getAsString();
        if (source.length() > LONGEST) {
            throw Refusal.inUse(
                    path,
                    "has %d characters, must have at most %d".formatted(source.length(), LONGEST));
        }
        try {
            Piece all = new PatternReader(source).read();
            if (all.ways() > MOST_WAYS) {
                throw new IllegalArgumentException("it has too many ways to match");
            }
            return new Bounds(all.shortest());
        } catch (PatternSyntaxException bad) {
            throw Refusal.of(
                    path, regex, "which cannot be read: %s".formatted(bad.getDescription()));
        } catch (IllegalArgumentException bad) {
            throw Refusal.inUse(
                    path, regex, "which may take for ever: %s".formatted(bad.getMessage()));
        }
    }

    /**
     * What is known of a piece of a pattern.
     *
     * @param shortest characters of its shortest match
     * @param fixed whether it matches in one way only, always as many characters
     * @param fails whether there are places where it does not match
     * @param loops repetitions without end on one way through it
     * @param more whether something that may fail follows its last loop
     * @param ways ways through it
     */
    record Piece(int shortest, boolean fixed, boolean fails, int loops, boolean more, long ways) {

        static final Piece CHARACTER = new Piece(1, true, true, 0, false, 1);

        /** Takes no character, e.g. the start of a text. */
        static final Piece PLACE = new Piece(0, true, true, 0, false, 1);

        static final Piece EMPTY = new Piece(0, true, false, 0, false, 1);

        Piece then(Piece next) {
            return new Piece(
                    Math.min(shortest + next.shortest, LONGEST),
                    fixed && next.fixed,
                    fails || next.fails,
                    loops + next.loops,
                    next.loops > 0 ? next.more : more || (loops > 0 && next.fails),
                    capped(ways * next.ways));
        }

        Piece or(Piece other) {
            return new Piece(
                    Math.min(shortest, other.shortest),
                    false,
                    fails && other.fails,
                    Math.max(loops, other.loops),
                    more || other.more,
                    capped(ways + other.ways));
        }

        /** Looked for at a place, and not taken. */
        Piece looked() {
            return new Piece(0, false, true, loops, loops > 0, ways);
        }

        Piece optional() {
            return new Piece(0, false, false, loops, more, capped(ways + 1));
        }

        /** Repeated; an end of -1 means without end. */
        Piece repeated(int from, int to) {
            if (to == 1) {
                return from == 0 ? optional() : this;
            }
            if (shortest == 0 || loops > 0) {
                throw new IllegalArgumentException("it repeats what is empty or repeated itself");
            }
            int least = Math.min(shortest * from, LONGEST);
            if (to < 0 || to - from > 64) {
                if (!fixed) {
                    throw new IllegalArgumentException("it repeats what matches in several ways");
                }
                return new Piece(least, false, from > 0, 1, false, 1);
            }
            long all = 1;
            for (int i = 0; i < to && !fixed; i++) {
                all = capped(all * ways);
            }
            return new Piece(
                    least, fixed && from == to, from > 0, 0, false, capped(all * (to - from + 1)));
        }

        /** Refuses work that grows faster than a text does. */
        void checkLoops() {
            if (loops > 2 || (loops == 2 && more)) {
                throw new IllegalArgumentException(
                        "%d repetitions follow each other".formatted(loops));
            }
            if (loops > 0 && more && ways > MOST_WAYS_TO_LOOP) {
                throw new IllegalArgumentException("it has too many ways to a repetition");
            }
        }

        private static long capped(long ways) {
            return Math.min(ways, MOST_WAYS + 1);
        }
    }
}
