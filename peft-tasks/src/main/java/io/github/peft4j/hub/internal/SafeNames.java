package io.github.peft4j.hub.internal;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Names that somebody else has chosen, before they become paths: those of a listing, of an index,
 * of a header. What is refused on one system is refused on all, so that a cache can move.
 */
public final class SafeNames {

    private static final int LONGEST = 255;

    private static final Set<String> DEVICES = ImmutableSet.of("con", "prn", "aux", "nul");

    private static final CharMatcher STRANGE =
            CharMatcher.anyOf("\\:<>\"|?*").or(CharMatcher.javaIsoControl());

    private static final CharMatcher ETAG =
            CharMatcher.inRange('0', '9')
                    .or(CharMatcher.inRange('a', 'z'))
                    .or(CharMatcher.inRange('A', 'Z'))
                    .or(CharMatcher.anyOf("-_."));

    private static final CharMatcher HEX =
            CharMatcher.inRange('0', '9').or(CharMatcher.inRange('a', 'f'));

    private SafeNames() {}

    /** Why a name with slashes cannot be a path below a folder; empty if it can. */
    public static Optional<String> fault(String name) {
        List<String> parts = Splitter.on('/').splitToList(name);
        if (name.length() > LONGEST) {
            return Optional.of("is longer than " + LONGEST + " characters");
        }
        for (String part : parts) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return Optional.of("leads elsewhere than into the folder");
            }
            if (STRANGE.matchesAnyOf(part) || part.endsWith(".") || part.endsWith(" ")) {
                return Optional.of("has characters that not every system allows");
            }
            if (isDevice(part)) {
                return Optional.of("is the name of a device on Windows");
            }
        }
        return Optional.empty();
    }

    /** Whether a text is a commit: forty hexadecimal digits. */
    public static boolean isCommit(String text) {
        return text.length() == 40 && HEX.matchesAllOf(text);
    }

    /** Whether a text is a SHA-256: 64 hexadecimal digits. */
    public static boolean isSha256(String text) {
        return text.length() == 64 && HEX.matchesAllOf(text);
    }

    /** Whether the tag of a file's content can name the file that holds it. */
    public static boolean isEtag(String text) {
        return !text.isEmpty()
                && text.length() <= 128
                && ETAG.matchesAllOf(text)
                && fault(text).isEmpty();
    }

    private static boolean isDevice(String part) {
        int dot = part.indexOf('.');
        String stem = (dot < 0 ? part : part.substring(0, dot)).strip().toLowerCase(Locale.ROOT);
        boolean numbered =
                stem.length() == 4
                        && (stem.startsWith("com") || stem.startsWith("lpt"))
                        && Character.isDigit(stem.charAt(3));
        return numbered || DEVICES.contains(stem);
    }
}
