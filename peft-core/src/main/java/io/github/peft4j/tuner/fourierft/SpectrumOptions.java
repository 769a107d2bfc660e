package io.github.peft4j.tuner.fourierft;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.OptionChecks;
import io.github.peft4j.target.NamePatterns;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which frequencies are trained.
 *
 * @param nFrequency how many in a layer; default 1000
 * @param randomLocSeed seed of the permutation that places them; default 777
 * @param nFrequencyPattern exceptions by regular expression for the end of a layer's name after a
 *     dot, or by its whole name; default none
 */
public record SpectrumOptions(
        int nFrequency, long randomLocSeed, Map<String, Integer> nFrequencyPattern) {

    static final SpectrumOptions DEFAULT = new SpectrumOptions(1000, 777, ImmutableMap.of());

    /** Checks the values. */
    public SpectrumOptions {
        OptionChecks.positive("n_frequency", nFrequency, 1000);
        nFrequencyPattern = ImmutableMap.copyOf(nFrequencyPattern);
        nFrequencyPattern.forEach(
                (key, n) -> OptionChecks.positive("n_frequency_pattern[\"" + key + "\"]", n, 1000));
    }

    /** How many frequencies a layer has, by its path. */
    ToIntFunction<String> counts() {
        NamePatterns<Integer> ends =
                NamePatterns.compileEnds("n_frequency_pattern", nFrequencyPattern);
        return path ->
                ends.find(path)
                        .or(() -> Optional.ofNullable(nFrequencyPattern.get(path)))
                        .orElse(nFrequency);
    }

    void putInto(Map<String, @Nullable Object> json) {
        json.put("n_frequency", nFrequency);
        json.put("random_loc_seed", randomLocSeed);
        json.put("n_frequency_pattern", nFrequencyPattern);
    }
}
