package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.Budget;
import io.github.peft4j.task.chat.internal.jinja.value.Function;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.None;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands behind {@code is}. */
public final class Tests {

    @FunctionalInterface
    private interface Test {
        boolean holds(Object value, Arguments arguments);
    }

    private static final ImmutableMap<String, Test> PLAIN =
            ImmutableMap.<String, Test>builder()
                    .put("defined", (value, with) -> !(value instanceof Undefined))
                    .put("undefined", (value, with) -> value instanceof Undefined)
                    .put("none", (value, with) -> value instanceof None)
                    .put("string", (value, with) -> value instanceof String)
                    .put("mapping", (value, with) -> value instanceof Map)
                    .put("boolean", (value, with) -> value instanceof Boolean)
                    .put("integer", (value, with) -> value instanceof Long)
                    .put("float", (value, with) -> value instanceof Double)
                    .put("number", (value, with) -> Values.isNumber(value))
                    .put("true", (value, with) -> Boolean.TRUE.equals(value))
                    .put("false", (value, with) -> Boolean.FALSE.equals(value))
                    .put(
                            "callable",
                            (value, with) ->
                                    value instanceof Function || value instanceof Undefined)
                    .put("iterable", (value, with) -> isSequence(value))
                    .put("sequence", (value, with) -> isSequence(value))
                    .put("odd", (value, with) -> remainder(value, 2) == 1)
                    .put("even", (value, with) -> remainder(value, 2) == 0)
                    .put("lower", (value, with) -> isCase(value, false))
                    .put("upper", (value, with) -> isCase(value, true))
                    .buildOrThrow();

    private static final ImmutableMap<String, String> COMPARISONS =
            ImmutableMap.<String, String>builder()
                    .put("eq", "==")
                    .put("equalto", "==")
                    .put("ne", "!=")
                    .put("lt", "<")
                    .put("lessthan", "<")
                    .put("le", "<=")
                    .put("gt", ">")
                    .put("greaterthan", ">")
                    .put("ge", ">=")
                    .buildOrThrow();

    /** What a test costs, beside that of a comparison. */
    private static final int COST = 8;

    private Tests() {}

    /** Whether a test of a name holds. */
    public static boolean holds(String name, Object value, Arguments arguments) {
        arguments.budget().spend(value instanceof String text ? COST + text.length() : COST);
        Test plain = PLAIN.get(name);
        if (plain != null) {
            arguments.bind();
            return plain.holds(value, arguments);
        }
        Object other = arguments.bind("other").get("other", None.NONE);
        Boolean holds = against(name, value, other, arguments.budget());
        if (holds == null) {
            throw new JinjaException("Test '%s' is not known.".formatted(name));
        }
        return holds;
    }

    private static @Nullable Boolean against(
            String name, Object value, Object other, Budget budget) {
        String sign = COMPARISONS.getOrDefault(name, name);
        return switch (name) {
            case "in" -> Operators.contains(value, other, budget);
            case "divisibleby" -> remainder(value, Values.requireInteger(other)) == 0;
            case "sameas" -> value == other || (!isContainer(value) && value.equals(other));
            default ->
                    Operators.comparison(sign)
                            .map(comparison -> comparison.holds(value, other, budget))
                            .orElse(null);
        };
    }

    private static boolean isContainer(Object value) {
        return value instanceof List || value instanceof Map;
    }

    private static boolean isSequence(Object value) {
        return value instanceof String || isContainer(value) || value instanceof Undefined;
    }

    private static long remainder(Object value, long by) {
        if (by == 0) {
            throw new JinjaException("Nothing is divisible by 0.");
        }
        return Math.floorMod(Values.requireInteger(value), by);
    }

    private static boolean isCase(Object value, boolean upper) {
        String text = Values.requireText(value);
        String changed = upper ? text.toUpperCase(Locale.ROOT) : text.toLowerCase(Locale.ROOT);
        String other = upper ? text.toLowerCase(Locale.ROOT) : text.toUpperCase(Locale.ROOT);
        return text.equals(changed) && !text.equals(other);
    }
}
