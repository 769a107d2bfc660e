package io.github.peft4j.task.generate.logits;

/** Changes the scores of a row's next token: forbids some, makes others likelier. */
@FunctionalInterface
public interface LogitsProcessor {

    /**
     * Changes scores in place.
     *
     * @param row the tokens so far
     * @param scores [V] of the next token: logits or, in beam search, log probabilities. Minus
     *     infinity forbids a token
     */
    void process(TokenRow row, float[] scores);
}
