package io.github.peft4j.task.generate;

/**
 * A text that beam search follows, or has finished.
 *
 * @param row its tokens
 * @param score log probability; of a finished text, divided by its length to a power
 * @param finished whether it has ended
 */
record Beam(TokenRow row, float score, boolean finished) {

    /** Far below every log probability: what marks texts that must not be chosen. */
    static final float NEVER = -1e9f;
}
