package io.github.peft4j.task.train.score;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;

/** Names of classes, from which figures get theirs. */
final class Names {

    private Names() {}

    /** Refuses none, and one that comes twice. */
    static ImmutableList<String> require(List<String> names) {
        if (names.isEmpty() || ImmutableSet.copyOf(names).size() < names.size()) {
            throw new IllegalArgumentException(
                    "Classes %s cannot be scored. Give the name of each once, in the order of their numbers."
                            .formatted(names));
        }
        return ImmutableList.copyOf(names);
    }
}
