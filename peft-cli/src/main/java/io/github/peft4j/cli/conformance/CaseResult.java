package io.github.peft4j.cli.conformance;

import java.util.Locale;

/**
 * What came of a case.
 *
 * @param name path of the case below the directory
 * @param status pass, FAIL or unsupported
 * @param worst largest relative error that was seen
 * @param reason why it failed, or what this version lacks; empty for a pass
 */
record CaseResult(String name, Status status, double worst, String reason) {

    /** How a case ended. */
    enum Status {
        PASS("pass"),
        FAIL("FAIL"),
        UNSUPPORTED("unsupported");

        private final String word;

        Status(String word) {
            this.word = word;
        }
    }

    static CaseResult pass(String name, double worst) {
        return new CaseResult(name, Status.PASS, worst, "");
    }

    static CaseResult fail(String name, double worst, String reason) {
        return new CaseResult(name, Status.FAIL, worst, reason);
    }

    static CaseResult unsupported(String name, String reason) {
        return new CaseResult(name, Status.UNSUPPORTED, 0, reason);
    }

    /** The line that is printed. */
    String line() {
        String error = String.format(Locale.ROOT, "%.1e", worst);
        String what =
                status == Status.UNSUPPORTED
                        ? String.format(Locale.ROOT, "%-8s %s", "-", status.word)
                        : String.format(Locale.ROOT, "%-8s %s", error, status.word);
        String line = String.format(Locale.ROOT, "%-48s %s", name, what);
        return reason.isEmpty() ? line : line + ": " + oneLine(reason);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
