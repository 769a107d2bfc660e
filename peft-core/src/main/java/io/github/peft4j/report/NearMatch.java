package io.github.peft4j.report;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * An entry of {@code target_modules} that selects nothing.
 *
 * @param target the entry
 * @param near names of the model's layers that are spelled nearly so, the nearest first; may be
 *     empty
 */
public record NearMatch(String target, List<String> near) {

    /** Copies the list. */
    public NearMatch {
        near = ImmutableList.copyOf(near);
    }
}
