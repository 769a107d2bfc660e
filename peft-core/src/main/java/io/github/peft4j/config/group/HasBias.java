package io.github.peft4j.config.group;

import io.github.peft4j.config.Bias;
import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.OptionGetter;
import io.github.peft4j.config.option.OptionSetter;

/** The config of a method that can train biases of the base. */
public interface HasBias extends OptionGetter {

    /** Which biases of the base are trained with the adapter. */
    Bias bias();

    /** Setters of a builder. */
    interface Setters<B> extends OptionSetter<B> {

        /** Which biases of the base are trained with the adapter. Default none. */
        default B optBias(Bias value) {
            return set(Options.BIAS, value);
        }
    }
}
