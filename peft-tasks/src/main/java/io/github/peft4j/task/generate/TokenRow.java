package io.github.peft4j.task.generate;

import java.util.Arrays;

/** The tokens of one text so far: its prompt, padding included, and what was generated. */
public final class TokenRow {

    private final long[] ids;
    private final int firstToken;
    private final int promptLength;
    private int length;

    private TokenRow(long[] ids, int firstToken, int promptLength, int length) {
        this.ids = ids;
        this.firstToken = firstToken;
        this.promptLength = promptLength;
        this.length = length;
    }

    /**
     * A row that holds its prompt alone.
     *
     * @param firstToken where the prompt begins behind its padding
     * @param total tokens that will fit
     */
    static TokenRow of(long[] prompt, int firstToken, int total) {
        return new TokenRow(Arrays.copyOf(prompt, total), firstToken, prompt.length, prompt.length);
    }

    /** How many tokens there are, padding included. */
    public int length() {
        return length;
    }

    /** How many of them are the prompt's. */
    public int promptLength() {
        return promptLength;
    }

    /** How many of them, at the start, are padding. */
    public int firstToken() {
        return firstToken;
    }

    /** The token at this place. */
    public long id(int place) {
        if (place >= length) {
            throw new IndexOutOfBoundsException(
                    "There is no token " + place + " in a row of " + length + ".");
        }
        return ids[place];
    }

    void append(long id) {
        ids[length++] = id;
    }

    /** A copy that goes on by one token. */
    TokenRow with(long id) {
        TokenRow copy = copy();
        copy.append(id);
        return copy;
    }

    TokenRow copy() {
        return new TokenRow(ids.clone(), firstToken, promptLength, length);
    }

    /** Copies tokens from one place on into an array. */
    void copyTo(int from, long[] target, int at) {
        System.arraycopy(ids, from, target, at, length - from);
    }

    /** All tokens, and a filling behind them. */
    long[] filled(int to, long fill) {
        long[] all = Arrays.copyOf(ids, to);
        Arrays.fill(all, Math.min(length, to), to, fill);
        return all;
    }
}
