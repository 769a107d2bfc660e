package io.github.peft4j.store;

/** Whether an adapter that was loaded changes what the base computes. */
public enum Effect {
    /** It does. */
    ACTS,
    /**
     * Its layers still stand where training starts; only modules that it keeps whole, such as a
     * head, and biases differ from the base's.
     */
    MODULES_ALONE,
    /** Its tensors were read, and each layer still stands where its training starts. */
    AT_START,
    /** None of the tensors of its layers was in the file, at least not under a name of theirs. */
    NOTHING_READ,
    /**
     * Nobody has looked: it was made here, swapped into the place of another, or neither its
     * tensors nor a weight tell, as of prompts, and nobody asked for a probe. {@code
     * optRequireEffect} and {@code PeftModel.effect} run one.
     */
    NOT_ASKED
}
