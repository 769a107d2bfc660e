package io.github.peft4j.exception;

/**
 * The config selects no layer of the model, so the adapter would have no effect. The text names
 * what was asked for, what the model's layers are called and the nearest name.
 */
public class NoMatchingModuleException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** Creates one with a text that names the options and the layers there are. */
    public NoMatchingModuleException(String message) {
        super(message);
    }
}
