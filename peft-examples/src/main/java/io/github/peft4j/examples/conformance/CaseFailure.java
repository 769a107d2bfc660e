package io.github.peft4j.examples.conformance;

/** Something differs from what Python computed. */
final class CaseFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final double error;

    CaseFailure(String message) {
        this(message, Double.NaN);
    }

    CaseFailure(String message, double error) {
        super(message);
        this.error = error;
    }

    /** The relative error, or NaN where something else differs. */
    double error() {
        return error;
    }
}
