package io.github.peft4j.matching;

import io.github.peft4j.internal.text.StepLimit;
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
 * refused. Each expression is matched within a {@link StepLimit}.
 */
public final class PythonRegex {

    /** Characters of an expression at most: Java's work to compile one grows with the square. */
    private static final int LONGEST = 1 << 14;

    private final Pattern pattern;
    private final String given;
    private final StepLimit limit;
    private final Map<String, String> groups;

    private PythonRegex(
            Pattern pattern, String given, StepLimit limit, Map<String, String> groups) {
        this.pattern = pattern;
        this.given = given;
        this.limit = limit;
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
        return compile(option, given, regex, new StepLimit(option));
    }

    /** As {@link #compile(String, String, String)}, one of several that share a limit of steps. */
    public static PythonRegex compile(String option, String given, String regex, StepLimit limit) {
        if (given.length() > LONGEST) {
            throw limit.tooLong(given, LONGEST);
        }
        PythonRegexTranslator translator = new PythonRegexTranslator(regex);
        try {
            int flags = Pattern.UNIX_LINES | Pattern.UNICODE_CHARACTER_CLASS;
            Pattern pattern = Pattern.compile(translator.translate(), flags);
            return new PythonRegex(pattern, given, limit, new HashMap<>(translator.groups()));
        } catch (StackOverflowError tooDeep) {
            throw limit.tooDeep(given, tooDeep);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    option
                            + " holds \""
                            + StepLimit.cut(given)
                            + "\", which is no usable regular expression: "
                            + e.getDescription()
                            + " near position "
                            + position(e)
                            + " of \""
                            + StepLimit.cut(PythonRegexTranslator.shown(e.getPattern()))
                            + "\". Correct it, or name the modules in a list.",
                    // its text holds the whole pattern
                    given.length() > StepLimit.SHOWN ? null : e);
        }
    }

    private static int position(PatternSyntaxException e) {
        String before =
                e.getPattern()
                        .substring(0, Math.min(e.getPattern().length(), Math.max(0, e.getIndex())));
        return e.getIndex() < 0 ? -1 : PythonRegexTranslator.shown(before).length();
    }

    /** Whether the whole name matches, as {@code re.fullmatch}. */
    public boolean matchesWhole(String name) {
        return limit.match(pattern, given, name, Matcher::matches);
    }

    /** Whether the name starts with a match, as {@code re.match}. */
    public boolean matchesStart(String name) {
        return limit.match(pattern, given, name, Matcher::lookingAt);
    }

    /** The name with the first match replaced, as Java's own patterns replace it. */
    public String replaceFirst(String name, String replacement) {
        return limit.match(pattern, given, name, matcher -> matcher.replaceFirst(replacement));
    }

    /** The number in a named group of a match at the start, as {@code re.match}. */
    public Optional<BigInteger> numberAtStart(String name, String group) {
        return limit.match(
                pattern,
                given,
                name,
                matcher ->
                        matcher.lookingAt()
                                ? Optional.of(
                                        new BigInteger(
                                                matcher.group(groups.getOrDefault(group, group))))
                                : Optional.empty());
    }
}
