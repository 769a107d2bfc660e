package io.github.peft4j.config.group;

import io.github.peft4j.config.Options;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionGetter;
import io.github.peft4j.config.option.OptionSetter;
import io.github.peft4j.json.JsonType;
import java.util.Map;

/** The config of a method that trains some frequencies of a change of weight. */
public interface HasFrequencies extends OptionGetter {

    /** How many frequencies of a layer are trained. */
    Option<Integer> N_FREQUENCY =
            Options.positive("n_frequency", 1000)
                    .means("how many frequencies of a layer are trained, at most in · out");

    /** Other numbers for single layers. */
    Option<Map<String, Integer>> N_FREQUENCY_PATTERN =
            Options.ranks("n_frequency_pattern")
                    .means(
                            "other numbers for single layers, by regular expression for the end "
                                    + "of a name after a dot, or by the whole name");

    /** Where the frequencies are. */
    Option<Long> RANDOM_LOC_SEED =
            Option.of("random_loc_seed", JsonType.LONG, 777L)
                    .means("seed of the permutation that places the frequencies");

    /** How many frequencies of a layer are trained. */
    default int nFrequency() {
        return get(N_FREQUENCY);
    }

    /**
     * Other numbers of frequencies, by regular expression for the end of a layer's name after a
     * dot, or by its whole name.
     */
    default Map<String, Integer> nFrequencyPattern() {
        return get(N_FREQUENCY_PATTERN);
    }

    /** Seed of the permutation that places the frequencies. */
    default long randomLocSeed() {
        return get(RANDOM_LOC_SEED);
    }

    /** Setters of a builder. */
    interface Setters<B> extends OptionSetter<B> {

        /** How many frequencies of a layer are trained; at most in · out. Default 1000. */
        default B optNFrequency(int value) {
            return set(N_FREQUENCY, value);
        }

        /** Other numbers of frequencies, by regular expression for a name's end. Default: none. */
        default B optNFrequencyPattern(Map<String, Integer> value) {
            return set(N_FREQUENCY_PATTERN, value);
        }

        /** Seed of the permutation that places them. Default 777. */
        default B optRandomLocSeed(long value) {
            return set(RANDOM_LOC_SEED, value);
        }
    }
}
