package io.github.peft4j.config.group;

import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.OptionGetter;
import io.github.peft4j.config.option.OptionSetter;

/** The config of a method with a rank. */
public interface HasRank extends OptionGetter {

    /** The rank: how many rows or columns the trained tensors have. */
    default int r() {
        return get(Options.R);
    }

    /** Setters of a builder. */
    interface Setters<B> extends OptionSetter<B> {

        /** The rank: how many rows or columns the trained tensors have. */
        default B optR(int value) {
            return set(Options.R, value);
        }
    }
}
