package io.github.peft4j.testkit;

/** How often trials at random are made: once in a build, more often in Maven's profile fuzz. */
public final class Fuzz {

    private static final int FACTOR = Integer.getInteger("peft.fuzz", 1);

    private Fuzz() {}

    /** A number of tries, given for a build. */
    public static int times(int usual) {
        return Math.multiplyExact(usual, FACTOR);
    }
}
