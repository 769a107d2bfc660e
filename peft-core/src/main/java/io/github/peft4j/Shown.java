package io.github.peft4j;

import com.google.common.base.Joiner;
import com.google.common.collect.Iterables;

/** Lists in texts: cut after ten. */
final class Shown {

    private static final int MOST = 10;

    private Shown() {}

    /** The first ten names and how many more there are. */
    static String of(Iterable<String> names) {
        String text = Joiner.on(", ").join(Iterables.limit(names, MOST));
        int more = Iterables.size(names) - MOST;
        return more > 0 ? text + ", ... (" + more + " more)" : text;
    }
}
