package io.github.peft4j.config.option;

import org.jspecify.annotations.Nullable;

/**
 * What takes values of options.
 *
 * @param <B> the builder that each setter returns
 */
public interface OptionSetter<B> {

    /** Sets an option, which is checked when all are set. */
    <T> B set(Option<T> option, @Nullable T value);
}
