package io.github.peft4j.task.generate;

import io.github.peft4j.task.generate.logits.TokenRow;
import java.util.Arrays;

/** A row that takes tokens in as they are generated. */
final class GrowingRow implements TokenRow {

    /** More room is made when it is needed: few texts come near their limit. */
    private static final int ROOM = 256;

    private long[] ids;
    private final int firstToken;
    private final int promptLength;
    private int length;

    private GrowingRow(long[] ids, int firstToken, int promptLength, int length) {
        this.ids = ids;
        this.firstToken = firstToken;
        this.promptLength = promptLength;
        this.length = length;
    }

    /**
     * A row that holds its prompt alone.
     *
     * @param firstToken where the prompt begins behind its padding
     * @param total tokens that it will have at most
     */
    static GrowingRow of(long[] prompt, int firstToken, int total) {
        return new GrowingRow(
                Arrays.copyOf(prompt, Math.min(total, prompt.length + ROOM)),
                firstToken,
                prompt.length,
                prompt.length);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int promptLength() {
        return promptLength;
    }

    @Override
    public int firstToken() {
        return firstToken;
    }

    @Override
    public long id(int place) {
        if (place >= length) {
            throw new IndexOutOfBoundsException(
                    "There is no token " + place + " in a row of " + length + ".");
        }
        return ids[place];
    }

    /** Adds a token. */
    void append(long id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, 2 * length);
        }
        ids[length++] = id;
    }

    /** A copy that goes on by one token. */
    GrowingRow with(long id) {
        GrowingRow copy = copy();
        copy.append(id);
        return copy;
    }

    /** A row of the same tokens that grows apart from this one. */
    GrowingRow copy() {
        return new GrowingRow(ids.clone(), firstToken, promptLength, length);
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
