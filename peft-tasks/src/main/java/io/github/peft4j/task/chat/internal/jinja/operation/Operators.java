package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import com.google.common.primitives.Ints;
import io.github.peft4j.task.chat.internal.jinja.value.Budget;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.Search;
import io.github.peft4j.task.chat.internal.jinja.value.Tuple;
import io.github.peft4j.task.chat.internal.jinja.value.Undefined;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Python's operators on a template's values. */
public final class Operators {

    /** Whether two values are related in some way. */
    @FunctionalInterface
    public interface Comparison {
        boolean holds(Object left, Object right, Budget budget);
    }

    /** What comparing two values costs, beside their length. */
    private static final int STEP = 32;

    /** What it costs to compare a fraction with a number exactly. */
    private static final int EXACT = 1000;

    private Operators() {}

    /** The comparison of a sign, if it is one. */
    public static Optional<Comparison> comparison(String sign) {
        return Optional.ofNullable(
                switch (sign) {
                    case "==" -> Operators::equal;
                    case "!=" -> (left, right, budget) -> !equal(left, right, budget);
                    case "<" -> (left, right, budget) -> compare(left, right, budget) < 0;
                    case "<=" -> (left, right, budget) -> compare(left, right, budget) <= 0;
                    case ">" -> (left, right, budget) -> compare(left, right, budget) > 0;
                    case ">=" -> (left, right, budget) -> compare(left, right, budget) >= 0;
                    default -> null;
                });
    }

    static boolean equal(Object left, Object right, Budget budget) {
        budget.spend(STEP);
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return order(left, right, budget) == 0;
        } else if (left instanceof List<?> one && right instanceof List<?> other) {
            Iterator<?> rest = other.iterator();
            return one.size() == other.size()
                    && one instanceof Tuple == other instanceof Tuple
                    && one.stream().allMatch(item -> equal(item, rest.next(), budget));
        } else if (left instanceof Map<?, ?> one && right instanceof Map<?, ?> other) {
            return one.size() == other.size()
                    && one.entrySet().stream()
                            .allMatch(
                                    entry -> {
                                        Object value = other.get(entry.getKey());
                                        return value != null
                                                && equal(entry.getValue(), value, budget);
                                    });
        } else if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        } else if (left instanceof String text) {
            budget.spend(text.length());
            return text.equals(right);
        }
        return left == right;
    }

    /** The order of numbers, texts or lists; nothing else has one. */
    static int compare(Object left, Object right, Budget budget) {
        budget.spend(STEP);
        if (Values.isNumber(left) && Values.isNumber(right)) {
            return order(left, right, budget);
        } else if (left instanceof String one && right instanceof String other) {
            budget.spend(Math.min(one.length(), other.length()));
            return compareCodePoints(one, other);
        } else if (left instanceof List<?> one && right instanceof List<?> other) {
            for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
                if (!equal(one.get(i), other.get(i), budget)) {
                    return compare(one.get(i), other.get(i), budget);
                }
            }
            return Integer.compare(one.size(), other.size());
        }
        throw refused("<", left, right);
    }

    private static int order(Object left, Object right, Budget budget) {
        Number one = Values.requireNumber(left);
        Number other = Values.requireNumber(right);
        if (one instanceof Long && other instanceof Long) {
            return Long.compare(one.longValue(), other.longValue());
        }
        double first = one.doubleValue();
        double second = other.doubleValue();
        if (isPlain(one) && isPlain(other)) {
            return first < second ? -1 : first > second ? 1 : 0;
        }
        if (Double.isFinite(first) && Double.isFinite(second)) {
            budget.spend(EXACT);
            return exact(one).compareTo(exact(other));
        }
        return Double.compare(first, second);
    }

    /** Whether it is a finite number that a double holds exactly. */
    private static boolean isPlain(Number number) {
        return number instanceof Long whole
                ? Math.max(whole, -whole) >= 0 && Math.max(whole, -whole) <= 1L << 53
                : Double.isFinite(number.doubleValue());
    }

    private static BigDecimal exact(Number number) {
        return number instanceof Long
                ? BigDecimal.valueOf(number.longValue())
                : new BigDecimal(number.doubleValue());
    }

    private static int compareCodePoints(String left, String right) {
        int at = 0;
        while (at < left.length() && at < right.length() && left.charAt(at) == right.charAt(at)) {
            at++;
        }
        if (at == left.length() || at == right.length()) {
            return Integer.compare(left.length(), right.length());
        }
        // where two low halves differ, so do the characters, in the same order
        return Integer.compare(left.codePointAt(at), right.codePointAt(at));
    }

    /** {@code left in right}. */
    public static boolean contains(Object left, Object right, Budget budget) {
        if (right instanceof String text) {
            return new Search(Values.requireText(left), budget).in(text, 0, budget) >= 0;
        } else if (right instanceof Map<?, ?> map) {
            budget.spend(left instanceof String key ? key.length() : 1);
            return map.containsKey(Values.requireKey(left));
        }
        return Values.items(right, budget).stream().anyMatch(item -> equal(item, left, budget));
    }

    /** An arithmetic operator, which {@code +} and {@code *} also are for texts and lists. */
    public static Object apply(String sign, Object left, Object right, Budget budget) {
        budget.spend(STEP);
        if (left instanceof String format && sign.equals("%")) {
            return PercentFormat.format(format, right, budget);
        } else if (sign.equals("+") && left instanceof String one && right instanceof String two) {
            budget.chars((long) one.length() + two.length());
            return one + two;
        } else if (sign.equals("+")
                && left instanceof List<?> one
                && right instanceof List<?> two) {
            budget.items((long) one.size() + two.size());
            return Tuple.like(one, ImmutableList.builder().addAll(one).addAll(two).build());
        } else if (sign.equals("*") && right instanceof Long times && isSequence(left)) {
            return repeated(left, times, budget);
        } else if (sign.equals("*") && left instanceof Long times && isSequence(right)) {
            return repeated(right, times, budget);
        } else if (!Values.isNumber(left) || !Values.isNumber(right)) {
            throw refused(sign, left, right);
        }
        try {
            Number one = Values.requireNumber(left);
            Number two = Values.requireNumber(right);
            return one instanceof Long && two instanceof Long && !sign.equals("/")
                    ? whole(sign, one.longValue(), two.longValue())
                    : real(sign, one.doubleValue(), two.doubleValue());
        } catch (ArithmeticException failed) {
            throw new JinjaException(
                    "%s %s %s has no value here (%s)."
                            .formatted(left, sign, right, failed.getMessage()));
        }
    }

    private static boolean isSequence(Object value) {
        return value instanceof String || value instanceof List;
    }

    private static Object repeated(Object value, long times, Budget budget) {
        long count = Math.max(times, 0);
        if (value instanceof String text) {
            budget.chars(saturated(text.length(), count));
            return text.repeat(Ints.checkedCast(text.isEmpty() ? 0 : count));
        }
        List<?> list = (List<?>) value;
        budget.items(saturated(list.size(), count));
        return Tuple.like(
                list,
                Collections.nCopies(Ints.checkedCast(list.isEmpty() ? 0 : count), list).stream()
                        .<Object>flatMap(List::stream)
                        .collect(ImmutableList.toImmutableList()));
    }

    private static long saturated(long left, long right) {
        return LongMath.saturatedMultiply(left, right);
    }

    private static Object whole(String sign, long left, long right) {
        return switch (sign) {
            case "+" -> Math.addExact(left, right);
            case "-" -> Math.subtractExact(left, right);
            case "*" -> Math.multiplyExact(left, right);
            case "//" -> Math.floorDiv(left, right);
            case "%" -> Math.floorMod(left, right);
            default ->
                    right < 0
                            ? (Object) Math.pow((double) left, (double) right)
                            : (Object) LongMath.checkedPow(left, Ints.saturatedCast(right));
        };
    }

    private static Object real(String sign, double left, double right) {
        if (right == 0 && (sign.equals("/") || sign.equals("//") || sign.equals("%"))) {
            throw new ArithmeticException("division by zero");
        }
        return switch (sign) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            case "//" -> Math.floor(left / right);
            case "%" -> left - right * Math.floor(left / right);
            default -> Math.pow(left, right);
        };
    }

    /** A whole number as it is written in a template. */
    public static Long integer(String digits, int line) {
        String text = digits.replace("_", "").toLowerCase(Locale.ROOT);
        int radix = text.startsWith("0x") ? 16 : text.startsWith("0o") ? 8 : 2;
        try {
            return text.startsWith("0x") || text.startsWith("0o") || text.startsWith("0b")
                    ? Long.parseLong(text.substring(2), radix)
                    : Long.parseLong(text);
        } catch (NumberFormatException tooLong) {
            throw new JinjaException("Number %s has more than 64 bits.".formatted(digits)).at(line);
        }
    }

    private static JinjaException refused(String sign, Object left, Object right) {
        for (Object side : ImmutableList.of(left, right)) {
            if (side instanceof Undefined missing) {
                return missing.error();
            }
        }
        return new JinjaException(
                "'%s' is not defined for %s and %s."
                        .formatted(sign, Values.type(left), Values.type(right)));
    }
}
