package io.github.peft4j.random;

/**
 * The generator MT19937: 32 bits at a time.
 *
 * @see <a href="https://doi.org/10.1145/272991.272995">Matsumoto and Nishimura 1998</a>; seeding by
 *     their revision of 2002
 */
final class MersenneTwister {

    private static final int LENGTH = 624;
    private static final int SHIFT = 397;
    private static final int TWIST = 0x9908b0df;

    private final int[] state = new int[LENGTH];
    private int position = LENGTH;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int i = 1; i < LENGTH; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    int next() {
        if (position == LENGTH) {
            twist();
            position = 0;
        }
        int y = state[position++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    private void twist() {
        for (int i = 0; i < LENGTH; i++) {
            int joined = (state[i] & 0x80000000) | (state[(i + 1) % LENGTH] & 0x7fffffff);
            int twisted = (joined >>> 1) ^ ((joined & 1) == 0 ? 0 : TWIST);
            state[i] = state[(i + SHIFT) % LENGTH] ^ twisted;
        }
    }
}
