package io.github.peft4j.exception;

/**
 * Hugging Face PEFT has it, this version does not: a method, an option, a layer type or a model
 * family. Always thrown before anything is changed, never after a comparison; the text names the
 * value and what is available instead.
 */
public class UnsupportedFeatureException extends UnsupportedOperationException {

    private static final long serialVersionUID = 1L;

    /** Creates one with a text that names the value and the alternatives. */
    public UnsupportedFeatureException(String message) {
        super(message);
    }
}
