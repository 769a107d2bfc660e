package io.github.peft4j.internal.text;

import com.google.common.base.Joiner;
import com.google.common.collect.Iterables;
import org.jspecify.annotations.Nullable;

/** Lists and values in texts: cut after ten names or 200 characters. */
public final class Text {

    private static final int MOST = 10;

    /** Of a value. */
    private static final int LONGEST = 200;

    /** What stays of a message: where it begins, and the cure at its end. */
    private static final int START = 1000;

    private static final int END = 300;

    private Text() {}

    /** The beginning of a value's text, and how long it is if that is not all. */
    public static String cut(@Nullable Object value) {
        String text = String.valueOf(value);
        if (text.length() <= LONGEST) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
        return "%s... (%d characters)".formatted(text.substring(0, end), text.length());
    }

    /** A message without its middle, if it is so long that nobody reads it. */
    public static String message(@Nullable String text) {
        String all = String.valueOf(text);
        return all.length() <= START + END
                ? all
                : "%s... (%d characters) ...%s"
                        .formatted(
                                all.substring(0, START),
                                all.length(),
                                all.substring(all.length() - END));
    }

    /** The first ten names and how many more there are; without the middle if they are long. */
    public static String of(Iterable<String> names) {
        String text =
                Joiner.on(", ").join(Iterables.transform(Iterables.limit(names, MOST), Text::cut));
        int more = Iterables.size(names) - MOST;
        return more > 0 ? message(text) + ", ... (" + more + " more)" : message(text);
    }
}
