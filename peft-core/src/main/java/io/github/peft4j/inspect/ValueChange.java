package io.github.peft4j.inspect;

import org.jspecify.annotations.Nullable;

/**
 * A value of a config or passport that differs between two adapters.
 *
 * @param key the path of its keys, joined by dots
 * @param first JSON value of the first adapter; null if it has none
 * @param second JSON value of the second adapter; null if it has none
 */
public record ValueChange(String key, @Nullable Object first, @Nullable Object second) {

    /** In one line. */
    @Override
    public String toString() {
        return key + ": " + InspectionText.shown(first) + " -> " + InspectionText.shown(second);
    }
}
