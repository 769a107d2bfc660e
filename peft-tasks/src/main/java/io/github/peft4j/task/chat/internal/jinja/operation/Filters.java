package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.PythonText;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;

/** What stands behind {@code |}. */
public final class Filters {

    /** Makes one value of another. */
    @FunctionalInterface
    interface Filter {
        Object apply(Object value, Arguments arguments);
    }

    private static final ImmutableMap<String, Filter> ALL =
            ImmutableMap.<String, Filter>builder()
                    .putAll(SequenceFilters.ALL)
                    .put("tojson", JsonText::of)
                    .put("length", Filters::length)
                    .put("count", Filters::length)
                    .put("string", (value, with) -> text(value, with.bind()))
                    .put("safe", (value, with) -> text(value, with.bind()))
                    .put("trim", Filters::trim)
                    .put(
                            "upper",
                            (value, with) -> text(value, with.bind()).toUpperCase(Locale.ROOT))
                    .put(
                            "lower",
                            (value, with) -> text(value, with.bind()).toLowerCase(Locale.ROOT))
                    .put(
                            "capitalize",
                            (value, with) -> StringMethods.capitalized(text(value, with.bind())))
                    .put("title", Filters::title)
                    .put("replace", Filters::replace)
                    .put("indent", Filters::indent)
                    .put("wordcount", Filters::wordCount)
                    .put("format", Filters::format)
                    .put("default", Filters::otherwise)
                    .put("d", Filters::otherwise)
                    .put("abs", Filters::abs)
                    .put("int", Filters::toInteger)
                    .put("float", Filters::toReal)
                    .put("round", Filters::round)
                    .put("attr", Filters::attribute)
                    .buildOrThrow();

    /** What a filter costs, beside the length of its text. */
    private static final int COST = 16;

    /** What rounding in decimals costs. */
    private static final int EXACT = 2000;

    private Filters() {}

    /** The value that a filter of a name makes. */
    public static Object apply(String name, Object value, Arguments arguments) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new JinjaException("Filter '%s' is not known.".formatted(name));
        }
        arguments.budget().spend(value instanceof String text ? COST + text.length() : COST);
        return filter.apply(value, arguments);
    }

    private static String text(Object value, Arguments with) {
        return PythonText.str(value, with.budget());
    }

    private static Object length(Object value, Arguments with) {
        with.bind();
        return Values.length(value);
    }

    private static Object trim(Object value, Arguments with) {
        return StringMethods.trim(text(value, with), with.bind("chars"), true, true);
    }

    /** Words begin after white space, brackets and hyphens, not at every letter as in Python. */
    private static Object title(Object value, Arguments with) {
        StringBuilder titled = new StringBuilder();
        boolean begins = true;
        for (char c : text(value, with.bind()).toLowerCase(Locale.ROOT).toCharArray()) {
            titled.append(begins ? Character.toUpperCase(c) : c);
            begins = PythonText.SPACE.matches(c) || "-({[<".indexOf(c) >= 0;
        }
        return titled.toString();
    }

    private static Object replace(Object value, Arguments with) {
        return StringMethods.replace(text(value, with), with.bind("old", "new", "count"));
    }

    private static Object indent(Object value, Arguments with) {
        Arguments given = with.bind("width", "first", "blank");
        Object width = given.get("width", 4L);
        String step =
                width instanceof String text
                        ? text
                        : " "
                                .repeat(
                                        (int)
                                                Math.max(
                                                        0,
                                                        Math.min(
                                                                200,
                                                                Values.requireInteger(width))));
        Text out = new Text(with.budget());
        String all = text(value, with);
        with.budget().items(1 + CharMatcher.is('\n').countIn(all));
        String[] lines = all.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            boolean moved = i == 0 ? given.flag("first", false) : true;
            boolean blank = lines[i].isEmpty() && !given.flag("blank", false);
            out.append(i == 0 ? "" : "\n").append(moved && !blank ? step : "").append(lines[i]);
        }
        return out.toString();
    }

    private static Object wordCount(Object value, Arguments with) {
        return Iterables.size(
                        Splitter.on(PythonText.SPACE)
                                .omitEmptyStrings()
                                .split(text(value, with.bind())))
                + 0L;
    }

    private static Object format(Object value, Arguments with) {
        return PercentFormat.format(text(value, with), with.positional(), with.budget());
    }

    private static Object otherwise(Object value, Arguments with) {
        Arguments given = with.bind("default_value", "boolean");
        boolean absent =
                value instanceof Undefined
                        || (given.flag("boolean", false) && !Values.isTrue(value));
        return absent ? given.get("default_value", "") : value;
    }

    private static Object abs(Object value, Arguments with) {
        with.bind();
        Number number = Values.requireNumber(value);
        return number instanceof Long whole
                ? (Object) Math.abs(whole)
                : (Object) Math.abs(number.doubleValue());
    }

    private static Object toInteger(Object value, Arguments with) {
        Arguments given = with.bind("default", "base");
        try {
            if (Values.isNumber(value)) {
                return Values.requireNumber(value).longValue();
            }
            String digits = PythonText.SPACE.trimFrom(text(value, given)).replace("_", "");
            int radix = (int) given.number("base", 10);
            return digits.contains(".") || (radix == 10 && digits.contains("e"))
                    ? (long) Double.parseDouble(digits)
                    : Long.parseLong(digits, radix);
        } catch (NumberFormatException none) {
            return given.get("default", 0L);
        }
    }

    private static Object toReal(Object value, Arguments with) {
        Arguments given = with.bind("default");
        try {
            return Values.isNumber(value)
                    ? Values.requireNumber(value).doubleValue()
                    : Double.parseDouble(PythonText.SPACE.trimFrom(text(value, given)));
        } catch (NumberFormatException none) {
            return given.get("default", 0.0);
        }
    }

    private static Object round(Object value, Arguments with) {
        Arguments given = with.bind("precision", "method");
        double number = Values.requireNumber(value).doubleValue();
        with.budget().spend(EXACT);
        if (!Double.isFinite(number)) {
            return number;
        }
        RoundingMode mode =
                switch (given.text("method", "common")) {
                    case "ceil" -> RoundingMode.CEILING;
                    case "floor" -> RoundingMode.FLOOR;
                    default -> RoundingMode.HALF_EVEN;
                };
        int digits = (int) Math.max(-20, Math.min(20, given.number("precision", 0)));
        return new BigDecimal(number).setScale(digits, mode).doubleValue();
    }

    private static Object attribute(Object value, Arguments with) {
        String name = Values.requireText(with.bind("name").get("name"));
        // by name alone: items do not count here
        return value instanceof Map
                ? new Undefined("'%s'".formatted(name))
                : Parts.attribute(value, name, with.budget());
    }
}
