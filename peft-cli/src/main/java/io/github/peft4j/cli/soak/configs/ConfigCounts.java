package io.github.peft4j.cli.soak.configs;

import com.google.common.collect.ImmutableMap;
import java.util.EnumMap;
import java.util.Map;

/**
 * How many folders came to what.
 *
 * @param of each outcome
 */
record ConfigCounts(Map<ConfigOutcome, Integer> of) {

    ConfigCounts {
        of = ImmutableMap.copyOf(of);
    }

    /** One more. */
    ConfigCounts plus(ConfigOutcome outcome) {
        Map<ConfigOutcome, Integer> more = new EnumMap<>(ConfigOutcome.class);
        more.putAll(of);
        more.merge(outcome, 1, Integer::sum);
        return new ConfigCounts(more);
    }

    int count(ConfigOutcome outcome) {
        return of.getOrDefault(outcome, 0);
    }

    /** Whether all ended as promised. */
    boolean good() {
        return count(ConfigOutcome.ODD)
                        + count(ConfigOutcome.UNBOUNDED)
                        + count(ConfigOutcome.DEATH)
                == 0;
    }

    @Override
    public String toString() {
        return "%d loaded, %d refused, %d odd errors, %d unbounded, %d deaths"
                .formatted(
                        count(ConfigOutcome.LOADED),
                        count(ConfigOutcome.REFUSED),
                        count(ConfigOutcome.ODD),
                        count(ConfigOutcome.UNBOUNDED),
                        count(ConfigOutcome.DEATH));
    }
}
