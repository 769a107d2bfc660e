package io.github.peft4j.config.group;

import io.github.peft4j.config.Options;
import io.github.peft4j.matching.NamePatterns;
import java.util.Map;

/** The config of a method whose rank may differ by layer. */
public interface HasRankPattern extends HasRank {

    /** Ranks of layers by regular expression for the end of the name; the first match wins. */
    default Map<String, Integer> rankPattern() {
        return get(Options.RANK_PATTERN);
    }

    /** The same, ready to match. */
    default NamePatterns<Integer> ranks() {
        return NamePatterns.compile(Options.RANK_PATTERN.key(), rankPattern());
    }

    /** Setters of a builder. */
    interface Setters<B> extends HasRank.Setters<B> {

        /** Ranks of layers by regular expression for the end of the name. Default: none. */
        default B optRankPattern(Map<String, Integer> value) {
            return set(Options.RANK_PATTERN, value);
        }
    }
}
