package io.github.peft4j.internal.text;

import com.google.common.base.Joiner;
import com.google.common.collect.Iterables;

/** Lists in texts: cut after ten. */
public final class Text {

    private static final int MOST = 10;

    private Text() {}

    /** The first ten names and how many more there are. */
    public static String of(Iterable<String> names) {
        String text = Joiner.on(", ").join(Iterables.limit(names, MOST));
        int more = Iterables.size(names) - MOST;
        return more > 0 ? text + ", ... (" + more + " more)" : text;
    }
}
