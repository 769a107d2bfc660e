package io.github.peft4j.task.generate.logits;

/** The tokens of one text so far: its prompt, padding included, and what was generated. */
public interface TokenRow {

    /** How many tokens there are, padding included. */
    int length();

    /** How many of them are the prompt's. */
    int promptLength();

    /** How many of them, at the start, are padding. */
    int firstToken();

    /**
     * The token at this place.
     *
     * @throws IndexOutOfBoundsException if the row is not that long
     */
    long id(int place);
}
