package io.github.peft4j.task.chat.internal.jinja.value;

/** Why a template cannot be read or rendered; the message starts with the template's line. */
public final class JinjaException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    /** Characters of a message; a template may quote a whole conversation. */
    private static final int LONGEST = 1000;

    /** Room for what says how long it was. */
    private static final int MARK = 40;

    private final String problem;
    private final int line;
    private final boolean raised;

    /** A problem whose line is not known yet. */
    public JinjaException(String problem) {
        this(problem, 0, false);
    }

    private JinjaException(String problem, int line, boolean raised) {
        super(line == 0 ? cut(problem) : "line %d: %s".formatted(line, cut(problem)));
        this.problem = cut(problem);
        this.line = line;
        this.raised = raised;
    }

    private static String cut(String problem) {
        return problem.length() <= LONGEST + MARK
                ? problem
                : problem.substring(0, LONGEST) + "... (%d characters)".formatted(problem.length());
    }

    /** What the template itself says by {@code raise_exception(message)}. */
    public static JinjaException raised(String message) {
        return new JinjaException(message, 0, true);
    }

    /** With the line that it happened in, unless it is known already. */
    public JinjaException at(int where) {
        if (line != 0) {
            return this;
        }
        JinjaException located = new JinjaException(problem, where, raised);
        located.setStackTrace(getStackTrace());
        return located;
    }

    /** What is wrong, without the line. */
    public String problem() {
        return problem;
    }

    /** Line of the template, counted from 1; 0 if unknown. */
    public int line() {
        return line;
    }

    /** Whether the template refused its input by {@code raise_exception}. */
    public boolean raisedByTemplate() {
        return raised;
    }
}
