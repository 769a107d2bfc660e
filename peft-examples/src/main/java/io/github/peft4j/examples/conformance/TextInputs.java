package io.github.peft4j.examples.conformance;

import java.nio.file.Path;

/** Checks that a model folder's tokenizer turns a case's texts into the case's ids. */
@FunctionalInterface
interface TextInputs {

    /** Throws if an id or a mask differs. */
    void check(Path model, ExpectedFile expected) throws Exception;
}
