package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.Budget;
import io.github.peft4j.task.chat.internal.jinja.value.Function;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.None;
import io.github.peft4j.task.chat.internal.jinja.value.PythonText;
import io.github.peft4j.task.chat.internal.jinja.value.Search;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's methods of texts. */
final class StringMethods {

    private static final Pattern LINE =
            Pattern.compile("\r\n|[\n\r\u000b\f\u001c-\u001e\u0085\u2028\u2029]");
    private static final Pattern WORD = Pattern.compile("\\p{L}+");
    private static final Pattern PLACE = Pattern.compile("\\{\\{|}}|\\{([^{}]*)}");

    private StringMethods() {}

    /** The method of a name, null if there is none. */
    static @Nullable Function method(String text, String name) {
        Function method = find(text, name);
        return method == null
                ? null
                : arguments -> {
                    arguments.budget().spend(2L * text.length());
                    return method.call(arguments);
                };
    }

    private static @Nullable Function find(String text, String name) {
        return switch (name) {
            case "strip" -> given -> trim(text, given.bind("chars"), true, true);
            case "lstrip" -> given -> trim(text, given.bind("chars"), true, false);
            case "rstrip" -> given -> trim(text, given.bind("chars"), false, true);
            case "removeprefix" -> given -> removed(text, given, true);
            case "removesuffix" -> given -> removed(text, given, false);
            case "split" -> given -> split(text, given.bind("sep", "maxsplit"), false);
            case "rsplit" -> given -> split(text, given.bind("sep", "maxsplit"), true);
            case "splitlines" -> given -> lines(text, given.bind("keepends"));
            case "partition" -> given -> partition(text, given.bind("sep"), false);
            case "rpartition" -> given -> partition(text, given.bind("sep"), true);
            case "startswith" -> given -> hasAny(text, given, String::startsWith);
            case "endswith" -> given -> hasAny(text, given, String::endsWith);
            case "find" -> given -> position(text, given, false, false);
            case "rfind" -> given -> position(text, given, true, false);
            case "index" -> given -> position(text, given, false, true);
            case "rindex" -> given -> position(text, given, true, true);
            case "count" -> given -> count(text, given.bind("sub"));
            case "replace" -> given -> replace(text, given.bind("old", "new", "count"));
            case "join" -> given -> joined(text, given.bind("items"));
            case "format" -> given -> format(text, given);
            case "upper" -> changed(text, value -> value.toUpperCase(Locale.ROOT));
            case "lower" -> changed(text, value -> value.toLowerCase(Locale.ROOT));
            case "capitalize" -> changed(text, StringMethods::capitalized);
            case "title" -> changed(text, StringMethods::titled);
            case "isdigit" -> all(text, Character::isDigit);
            case "isalpha" -> all(text, Character::isLetter);
            case "isalnum" -> all(text, Character::isLetterOrDigit);
            case "isspace" -> all(text, c -> c < 0x10000 && PythonText.SPACE.matches((char) c));
            case "isupper" -> given -> isCase(text, given, true);
            case "islower" -> given -> isCase(text, given, false);
            default -> null;
        };
    }

    private static Function changed(String text, UnaryOperator<String> change) {
        return arguments -> {
            arguments.bind();
            return change.apply(text);
        };
    }

    private static Function all(String text, IntPredicate holds) {
        return arguments -> {
            arguments.bind();
            return !text.isEmpty() && text.codePoints().allMatch(holds);
        };
    }

    private static boolean isCase(String text, Arguments given, boolean upper) {
        given.bind();
        boolean has =
                text.codePoints().anyMatch(upper ? Character::isUpperCase : Character::isLowerCase);
        return has
                && text.codePoints()
                        .noneMatch(upper ? Character::isLowerCase : Character::isUpperCase);
    }

    /** Without white space, or without some characters, at one end or both. */
    static String trim(String text, Arguments given, boolean left, boolean right) {
        Object chars = given.get("chars", None.NONE);
        CharMatcher matcher =
                chars instanceof None ? PythonText.SPACE : anyOf(Values.requireText(chars), given);
        String rest = left ? matcher.trimLeadingFrom(text) : text;
        return right ? matcher.trimTrailingFrom(rest) : rest;
    }

    private static CharMatcher anyOf(String chars, Arguments given) {
        given.budget().spend(8L * chars.length());
        return CharMatcher.anyOf(chars);
    }

    private static String removed(String text, Arguments given, boolean start) {
        String part = Values.requireText(given.bind("part").get("part"));
        if (start) {
            return text.startsWith(part) ? text.substring(part.length()) : text;
        }
        return text.endsWith(part) ? text.substring(0, text.length() - part.length()) : text;
    }

    private static ImmutableList<Object> split(String text, Arguments given, boolean fromEnd) {
        long most = given.number("maxsplit", -1);
        Object separator = given.get("sep", None.NONE);
        List<String> parts =
                separator instanceof None
                        ? words(text, most, fromEnd, given)
                        : pieces(
                                text,
                                nonEmpty(Values.requireText(separator)),
                                most,
                                fromEnd,
                                given);
        given.budget().items(parts.size());
        return ImmutableList.copyOf(parts);
    }

    private static String nonEmpty(String separator) {
        if (separator.isEmpty()) {
            throw new JinjaException("An empty separator parts nothing.");
        }
        return separator;
    }

    private static List<String> pieces(
            String text, String by, long most, boolean fromEnd, Arguments given) {
        Budget budget = given.budget();
        String all = fromEnd ? Search.reversed(text) : text;
        Search search = new Search(fromEnd ? Search.reversed(by) : by, budget);
        List<String> parts = new ArrayList<>();
        int start = 0;
        while (most < 0 || parts.size() < most) {
            int at = search.in(all, start, budget);
            if (at < 0) {
                break;
            }
            add(parts, all.substring(start, at), budget);
            start = at + by.length();
        }
        parts.add(all.substring(start));
        return fromEnd ? Lists.reverse(Lists.transform(parts, Search::reversed)) : parts;
    }

    /** Refuses a list that gets too long before it does. */
    private static void add(List<String> parts, String part, Budget budget) {
        if (parts.size() > Budget.MAX_ITEMS) {
            budget.items(parts.size());
        }
        parts.add(part);
    }

    /** Runs of anything but white space; what is left at the end keeps its own at the far side. */
    private static List<String> words(String text, long most, boolean fromEnd, Arguments given) {
        List<String> parts = new ArrayList<>();
        int step = fromEnd ? -1 : 1;
        int far = fromEnd ? -1 : text.length();
        int at = skip(text, fromEnd ? text.length() - 1 : 0, step, true);
        while (at != far && (most < 0 || parts.size() < most)) {
            int end = skip(text, at, step, false);
            add(parts, between(text, at, end), given.budget());
            at = skip(text, end, step, true);
        }
        if (at != far) {
            parts.add(between(text, at, far));
        }
        return fromEnd ? Lists.reverse(parts) : parts;
    }

    /** The first place from one on, in a direction, that is white space or is not. */
    private static int skip(String text, int from, int step, boolean space) {
        int at = from;
        while (at >= 0
                && at < text.length()
                && PythonText.SPACE.matches(text.charAt(at)) == space) {
            at += step;
        }
        return at;
    }

    /** From one place up to another, which is left out, in either direction. */
    private static String between(String text, int from, int to) {
        return from < to ? text.substring(from, to) : text.substring(to + 1, from + 1);
    }

    private static ImmutableList<Object> lines(String text, Arguments given) {
        boolean keep = given.flag("keepends", false);
        List<String> lines = new ArrayList<>();
        Matcher end = LINE.matcher(text);
        int start = 0;
        while (end.find()) {
            String line = text.substring(start, keep ? end.end() : end.start());
            add(lines, line, given.budget());
            start = end.end();
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        given.budget().items(lines.size());
        return ImmutableList.copyOf(lines);
    }

    private static ImmutableList<Object> partition(String text, Arguments given, boolean last) {
        String by = nonEmpty(Values.requireText(given.get("sep")));
        int at = place(text, by, last, given.budget());
        if (at < 0) {
            return last ? ImmutableList.of("", "", text) : ImmutableList.of(text, "", "");
        }
        return ImmutableList.of(text.substring(0, at), by, text.substring(at + by.length()));
    }

    private static int place(String text, String part, boolean last, Budget budget) {
        return last
                ? Search.last(text, part, budget)
                : new Search(part, budget).in(text, 0, budget);
    }

    private static boolean hasAny(String text, Arguments given, BiPredicate<String, String> has) {
        Object wanted = given.bind("part").get("part");
        List<Object> all =
                wanted instanceof List
                        ? Values.items(wanted, given.budget())
                        : ImmutableList.of(wanted);
        return all.stream()
                .map(Values::requireText)
                .anyMatch(
                        part -> {
                            given.budget().spend(1L + Math.min(part.length(), text.length()));
                            return has.test(text, part);
                        });
    }

    private static Object position(String text, Arguments given, boolean last, boolean must) {
        String part = Values.requireText(given.bind("sub").get("sub"));
        int at = place(text, part, last, given.budget());
        if (at < 0 && must) {
            throw new JinjaException("The text does not hold that part.");
        }
        return at < 0 ? -1L : (long) text.codePointCount(0, at);
    }

    private static Object count(String text, Arguments given) {
        String part = Values.requireText(given.get("sub"));
        if (part.isEmpty()) {
            return Values.length(text) + 1;
        }
        long count = 0;
        Budget budget = given.budget();
        Search search = new Search(part, budget);
        int at = search.in(text, 0, budget);
        while (at >= 0) {
            count++;
            at = search.in(text, at + part.length(), budget);
        }
        return count;
    }

    /** With one part in place of another, as often as it comes or at most some times. */
    static String replace(String text, Arguments given) {
        String old = Values.requireText(given.get("old"));
        String with = Values.requireText(given.get("new"));
        long most = given.get("count", None.NONE) instanceof None ? -1 : given.number("count", -1);
        Budget budget = given.budget();
        Text result = new Text(budget);
        Search search = new Search(old, budget);
        int copied = 0;
        int at = search.in(text, 0, budget);
        for (long done = 0; at >= 0 && (most < 0 || done < most); done++) {
            result.append(text.substring(copied, at)).append(with);
            copied = at;
            if (!old.isEmpty()) {
                copied = at + old.length();
                at = search.in(text, copied, budget);
            } else {
                at = at < text.length() ? text.offsetByCodePoints(at, 1) : -1;
            }
        }
        return result.append(text.substring(copied)).toString();
    }

    private static String joined(String separator, Arguments given) {
        Text result = new Text(given.budget());
        String before = "";
        for (Object item : Values.items(given.get("items"), given.budget())) {
            result.append(before).append(Values.requireText(item));
            before = separator;
        }
        return result.toString();
    }

    /** {@code {}}, {@code {0}} and {@code {name}}, without attributes and formats. */
    private static String format(String text, Arguments given) {
        Text result = new Text(given.budget());
        Matcher place = PLACE.matcher(text);
        int copied = 0;
        int next = 0;
        while (place.find()) {
            given.budget().spend(8);
            result.append(text.substring(copied, place.start()));
            copied = place.end();
            String name = place.group(1);
            if (name == null) {
                result.append(place.group().charAt(0));
            } else {
                String key = name.isEmpty() ? Integer.toString(next++) : name;
                result.append(PythonText.str(argument(given, key), given.budget()));
            }
        }
        return result.append(text.substring(copied)).toString();
    }

    private static Object argument(Arguments given, String key) {
        if (key.length() < 4 && CharMatcher.inRange('0', '9').matchesAllOf(key)) {
            int index = Integer.parseInt(key);
            if (index < given.positional().size()) {
                return given.positional().get(index);
            }
        }
        Object value = given.named().get(key);
        if (value == null) {
            throw new JinjaException("format has no value for '{%s}'.".formatted(key));
        }
        return value;
    }

    /** The first letter in capitals, the others not. */
    static String capitalized(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int rest = text.offsetByCodePoints(0, 1);
        return text.substring(0, rest).toUpperCase(Locale.ROOT)
                + text.substring(rest).toLowerCase(Locale.ROOT);
    }

    private static String titled(String text) {
        return WORD.matcher(text)
                .replaceAll(word -> Matcher.quoteReplacement(capitalized(word.group())));
    }
}
