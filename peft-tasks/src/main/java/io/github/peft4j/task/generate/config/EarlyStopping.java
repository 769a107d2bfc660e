package io.github.peft4j.task.generate.config;

/** When beam search gives up looking for better texts: {@code early_stopping}. */
public enum EarlyStopping {
    /** As soon as there are {@code num_beams} finished texts: {@code true}. */
    ENOUGH,
    /**
     * When the best running text, were it to end now, scores below the finished ones: {@code
     * false}, the default.
     */
    UNLIKELY,
    /** When no running text can come to score above the finished ones: {@code "never"}. */
    IMPOSSIBLE
}
