package io.github.peft4j.cli.conformance.cases;

/** One case: a name and what is to be checked. */
public interface ConformanceCase {

    /** Path of the case below the directory, e.g. {@code adapters/lora-seqcls-bert}. */
    String name();

    /**
     * Runs the case.
     *
     * @return the largest relative error that was within its tolerance
     * @throws io.github.peft4j.cli.conformance.compare.CaseFailure if something differs
     * @throws io.github.peft4j.exception.UnsupportedFeatureException if this version lacks
     *     something the case needs; thrown before anything is compared
     * @throws Exception anything else is a failure too
     */
    double run() throws Exception;
}
