package io.github.peft4j.report;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.internal.text.Spelling;
import java.util.Collection;
import java.util.List;

/**
 * A name that selects nothing, such as an entry of {@code target_modules} or a column.
 *
 * @param target the name
 * @param near names of what is there (layers, columns) that are spelled nearly so, the nearest
 *     first; may be empty
 */
public record NearMatch(String target, List<String> near) {

    /** Copies the list. */
    public NearMatch {
        near = ImmutableList.copyOf(near);
    }

    /** The names that are spelled nearly like a wanted one: at most three, the nearest first. */
    public static NearMatch of(String target, Collection<String> names) {
        return new NearMatch(target, Spelling.near(target, names));
    }

    /** The nearest name as a question for a message, with a space after it; or an empty text. */
    public String question() {
        return near.isEmpty() ? "" : "Did you mean '%s'? ".formatted(near.get(0));
    }
}
