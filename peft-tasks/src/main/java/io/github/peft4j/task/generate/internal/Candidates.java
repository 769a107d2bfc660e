package io.github.peft4j.task.generate.internal;

/**
 * The best of many continuations, best first; of equals, the one that was offered first.
 *
 * <p>Keeps few of very many: an offer that is none of the best costs one comparison.
 */
public final class Candidates {

    private final double[] ranks;
    private final int[] beams;
    private final int[] tokens;
    private int size;

    /** Keeps so many. */
    public Candidates(int capacity) {
        ranks = new double[capacity];
        beams = new int[capacity];
        tokens = new int[capacity];
    }

    /**
     * Takes a continuation in if it is one of the best.
     *
     * @param beam text that it goes on from
     * @param token that it goes on by
     */
    public void offer(double rank, int beam, int token) {
        if (size == ranks.length && !(rank > ranks[size - 1])) {
            return;
        }
        int place = size == ranks.length ? size - 1 : size++;
        while (place > 0 && rank > ranks[place - 1]) {
            ranks[place] = ranks[place - 1];
            beams[place] = beams[place - 1];
            tokens[place] = tokens[place - 1];
            place--;
        }
        ranks[place] = rank;
        beams[place] = beam;
        tokens[place] = token;
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    /** The text that a candidate goes on from. */
    public int beam(int place) {
        return beams[place];
    }

    /** The token that a candidate goes on by. */
    public int token(int place) {
        return tokens[place];
    }

    /** Whether some candidate goes on by this token. */
    public boolean containsToken(int token) {
        for (int i = 0; i < size; i++) {
            if (tokens[i] == token) {
                return true;
            }
        }
        return false;
    }
}
