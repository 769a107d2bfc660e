package io.github.peft4j.config.group;

import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.OptionGetter;
import io.github.peft4j.config.option.OptionSetter;

/** The config of a method that is told how the base stores its weights. */
public interface HasFanInFanOut extends OptionGetter {

    /** Whether the base's weights are stored as [in, out]. */
    boolean fanInFanOut();

    /** Setters of a builder. */
    interface Setters<B> extends OptionSetter<B> {

        /** Whether weights are stored as [in, out]; corrected by the layers. Default false. */
        default B optFanInFanOut(boolean value) {
            return set(Options.FAN_IN_FAN_OUT, value);
        }
    }
}
