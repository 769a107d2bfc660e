package io.github.peft4j.hub;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import io.github.peft4j.hub.internal.SafeNames;
import io.github.peft4j.json.JsonReasons;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A name of the hub, {@code org/name} or {@code name}. Its parts have 1 to 96 of the characters
 * A-Z, a-z, 0-9, {@code -}, {@code _} and {@code .}, begin and end with neither {@code -} nor
 * {@code .}, and the whole has neither {@code --} nor {@code ..} nor {@code .git} at its end.
 *
 * @param text the name
 */
public record HubName(String text) {

    private static final String MODELS = "models--";
    private static final int LONGEST = 96;

    private static final CharMatcher WORD =
            CharMatcher.inRange('a', 'z')
                    .or(CharMatcher.inRange('A', 'Z'))
                    .or(CharMatcher.inRange('0', '9'))
                    .or(CharMatcher.is('_'));

    private static final CharMatcher INSIDE = WORD.or(CharMatcher.anyOf("-."));

    /**
     * Checks the name.
     *
     * @throws IllegalArgumentException if it has another form
     */
    public HubName {
        if (!isValid(text)) {
            throw new IllegalArgumentException(
                    "'%s' is no name of the hub. Pass org/name or name, of letters, digits, '-', '_' and '.'."
                            .formatted(JsonReasons.shown(text)));
        }
    }

    /** Whether a text has the form of a name; a path with more than one slash has not. */
    public static boolean isValid(String text) {
        List<String> parts = Splitter.on('/').splitToList(text);
        return parts.size() <= 2
                && parts.stream().allMatch(HubName::isPart)
                && !text.contains("--")
                && !text.contains("..")
                && !text.endsWith(".git");
    }

    /**
     * The name whose snapshot a directory of a cache is; empty for any other directory. No name has
     * two hyphens, so that a folder of the cache stands for one name alone.
     */
    public static Optional<HubName> ofSnapshot(Path directory) {
        Path at = directory.toAbsolutePath().normalize();
        int depth = at.getNameCount();
        if (depth < 3
                || !at.getName(depth - 2).toString().equals("snapshots")
                || !SafeNames.isCommit(at.getName(depth - 1).toString())) {
            return Optional.empty();
        }
        String folder = at.getName(depth - 3).toString();
        return Optional.of(folder)
                .filter(text -> text.startsWith(MODELS))
                .map(text -> text.substring(MODELS.length()).replace("--", "/"))
                .filter(HubName::isValid)
                .map(HubName::new);
    }

    private static boolean isPart(String part) {
        return !part.isEmpty()
                && part.length() <= LONGEST
                && INSIDE.matchesAllOf(part)
                && WORD.matches(part.charAt(0))
                && WORD.matches(part.charAt(part.length() - 1));
    }

    /** The folder in the cache: {@code models--org--name}. */
    String folder() {
        return MODELS + text.replace("/", "--");
    }

    @Override
    public String toString() {
        return text;
    }
}
