package io.github.peft4j.cli.conformance.compare;

/** Something differs from what Python computed. */
public final class CaseFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private final double error;

    public CaseFailure(String message) {
        this(message, Double.NaN);
    }

    public CaseFailure(String message, double error) {
        super(message);
        this.error = error;
    }

    /** The relative error, or NaN where something else differs. */
    public double error() {
        return error;
    }
}
