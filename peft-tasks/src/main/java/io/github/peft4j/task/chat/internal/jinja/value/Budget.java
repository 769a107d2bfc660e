package io.github.peft4j.task.chat.internal.jinja.value;

/**
 * What one rendering may spend, so that a template of unknown origin cannot hold up or fill the
 * machine. A chat of a thousand long messages takes a small part of it.
 */
public final class Budget {

    /** Longest text that may be made, the result included. */
    static final int MAX_CHARS = 1 << 23;

    /** Longest list. */
    public static final int MAX_ITEMS = 1 << 20;

    /** What an item costs, in characters: it takes the memory of some. */
    private static final int ITEM = 16;

    /** Macros that may call each other. */
    private static final int MAX_CALLS = 100;

    /** At most some seconds of work: characters made or looked at, and expressions computed. */
    private static final long MAX_WORK = 1L << 27;

    private long work;
    private int calls;

    /** Counts some work, in characters. */
    public void spend(long amount) {
        work += amount;
        if (work > MAX_WORK) {
            throw new JinjaException(
                    "The template works without end. Look for nested loops over long lists.");
        }
    }

    /** Counts a text about to be made. */
    public void chars(long length) {
        if (length > MAX_CHARS) {
            throw new JinjaException(
                    "A text of %d characters is too long; %d are allowed."
                            .formatted(length, MAX_CHARS));
        }
        spend(length);
    }

    /** Counts a list about to be made. */
    public void items(long size) {
        if (size > MAX_ITEMS) {
            throw new JinjaException(
                    "A list of %d items is too long; %d are allowed.".formatted(size, MAX_ITEMS));
        }
        spend(ITEM * size);
    }

    /** Counts a call in, and refuses those that nest too deep. */
    public void enterCall() {
        if (++calls > MAX_CALLS) {
            throw new JinjaException(
                    "Macros call each other more than %d deep.".formatted(MAX_CALLS));
        }
    }

    /** Counts a call out. */
    public void leaveCall() {
        calls--;
    }
}
