package io.github.peft4j.matching;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression in Python's syntax, run by Java.
 *
 * <p>Where the two differ, Python holds: a dot takes everything but a newline, digits and letters
 * are Unicode's, groups are named {@code (?P<name>...)}, a bracket in a set is literal, {@code \Z}
 * is the very end. What only one of the two knows (conditionals, {@code \p}, verbose mode) is
 * refused.
 */
public final class PythonRegex {

    private final Pattern pattern;
    private final Map<String, String> groups;

    private PythonRegex(Pattern pattern, Map<String, String> groups) {
        this.pattern = pattern;
        this.groups = groups;
    }

    /**
     * Compiles.
     *
     * @param option the config option it belongs to, for the error text
     * @param given what the user wrote, for the error text
     * @param regex the expression, which may hold the given one
     * @throws IllegalArgumentException if it is no expression that both languages know
     */
    public static PythonRegex compile(String option, String given, String regex) {
        PythonRegexTranslator translator = new PythonRegexTranslator(regex);
        try {
            int flags = Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS;
            Pattern pattern = Pattern.compile(translator.translate(), flags);
            return new PythonRegex(pattern, new HashMap<>(translator.groups()));
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    option
                            + " holds \""
                            + given
                            + "\", which is no usable regular expression: "
                            + e.getDescription()
                            + " near position "
                            + e.getIndex()
                            + " of \""
                            + e.getPattern()
                            + "\". Correct it, or name the modules in a list.",
                    e);
        }
    }

    /** Whether the whole name matches, as {@code re.fullmatch}. */
    public boolean matchesWhole(String name) {
        return pattern.matcher(name).matches();
    }

    /** Whether the name starts with a match, as {@code re.match}. */
    public boolean matchesStart(String name) {
        return pattern.matcher(name).lookingAt();
    }

    /** The number in a named group of a match at the start, as {@code re.match}. */
    public Optional<BigInteger> numberAtStart(String name, String group) {
        Matcher matcher = pattern.matcher(name);
        return matcher.lookingAt()
                ? Optional.of(new BigInteger(matcher.group(groups.getOrDefault(group, group))))
                : Optional.empty();
    }
}
