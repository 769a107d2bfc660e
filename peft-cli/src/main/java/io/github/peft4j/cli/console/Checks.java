package io.github.peft4j.cli.console;

import java.io.PrintWriter;

/** Prints what a demo has proved, a line each, and remembers whether all of it held. */
public final class Checks {

    private final PrintWriter out;
    private boolean allHeld = true;

    /** Nothing proved yet. */
    public Checks(PrintWriter out) {
        this.out = out;
    }

    /**
     * Prints one statement and whether it holds.
     *
     * @param statement what is claimed, such as {@code loaded again: equal predictions}
     */
    public Checks add(boolean holds, String statement) {
        out.println((holds ? "  [ok] " : "  [FAILED] ") + statement);
        allHeld &= holds;
        return this;
    }

    /** Whether every statement held. */
    public boolean allHeld() {
        return allHeld;
    }
}
