package io.github.peft4j.config.option;

/** What has values of options. */
public interface OptionGetter {

    /**
     * The value of an option.
     *
     * @throws IllegalStateException if it is null
     * @throws IllegalArgumentException if there is no such option
     */
    <T> T get(Option<T> option);
}
