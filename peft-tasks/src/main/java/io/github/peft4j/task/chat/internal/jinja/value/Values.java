package io.github.peft4j.task.chat.internal.jinja.value;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Python would ask of a value.
 *
 * <p>Values are {@link Boolean}, {@link Long}, {@link Double}, {@link String}, {@link List} (also
 * for tuples), {@link Map}, {@link None}, {@link Undefined}, {@link Function} and {@link
 * HasAttributes}. Lists and maps never change once a template sees them.
 */
public final class Values {

    private static final int DEEPEST = 100;

    private Values() {}

    /**
     * A caller's value as one of a template's: whole numbers become {@code Long}, other numbers
     * {@code Double}, null becomes None; lists and maps are copied.
     */
    public static Object of(@Nullable Object value) {
        return of(value, 0);
    }

    private static Object of(@Nullable Object value, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException(
                    "A variable is nested more than %d deep. Give plain data.".formatted(DEEPEST));
        }
        if (value == null) {
            return None.NONE;
        } else if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        } else if (value instanceof Float number) {
            return number.doubleValue();
        } else if (value instanceof Boolean
                || value instanceof Long
                || value instanceof Double
                || value instanceof String) {
            return value;
        } else if (value instanceof Iterable<?> items) {
            ImmutableList.Builder<Object> copy = ImmutableList.builder();
            items.forEach(item -> copy.add(of(item, depth + 1)));
            return copy.build();
        } else if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> copy.put(of(key, depth + 1), of(item, depth + 1)));
            return copy;
        }
        throw new IllegalArgumentException(
                ("A template cannot see a %s. Give texts, numbers, booleans, lists and maps of"
                                + " them.")
                        .formatted(value.getClass().getName()));
    }

    /** Python's name of the type. */
    public static String type(Object value) {
        if (value instanceof String) {
            return "str";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof Long) {
            return "int";
        } else if (value instanceof Double) {
            return "float";
        } else if (value instanceof List) {
            return "list";
        } else if (value instanceof Map) {
            return "dict";
        } else if (value instanceof None) {
            return "NoneType";
        } else if (value instanceof Function) {
            return "function";
        }
        return value instanceof Undefined ? "Undefined" : "object";
    }

    /** Python's truth of a value. */
    public static boolean isTrue(Object value) {
        if (value instanceof Boolean flag) {
            return flag;
        } else if (value instanceof Long number) {
            return number != 0;
        } else if (value instanceof Double number) {
            return number != 0;
        } else if (value instanceof String text) {
            return !text.isEmpty();
        } else if (value instanceof List<?> list) {
            return !list.isEmpty();
        } else if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        return !(value instanceof None || value instanceof Undefined);
    }

    /** What a loop over the value meets: items, keys, or characters. */
    public static List<Object> items(Object value, Budget budget) {
        if (value instanceof List<?> list) {
            budget.spend(list.size());
            return ImmutableList.copyOf(list);
        } else if (value instanceof Map<?, ?> map) {
            budget.spend(map.size());
            return ImmutableList.copyOf(map.keySet());
        } else if (value instanceof String text) {
            if (text.length() > Budget.MAX_ITEMS) {
                throw new JinjaException(
                        "A text of %d characters is too long to go through."
                                .formatted(text.length()));
            }
            budget.items(text.length());
            return text.codePoints()
                    .<Object>mapToObj(Character::toString)
                    .collect(ImmutableList.toImmutableList());
        } else if (value instanceof Undefined) {
            return ImmutableList.of();
        }
        throw new JinjaException("A value of type %s has no items.".formatted(type(value)));
    }

    /** Number of items, or of characters. */
    public static long length(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        } else if (value instanceof List<?> list) {
            return list.size();
        } else if (value instanceof Map<?, ?> map) {
            return map.size();
        } else if (value instanceof Undefined) {
            return 0;
        }
        throw new JinjaException("A value of type %s has no length.".formatted(type(value)));
    }

    /** The value as a text, or a refusal that names its type. */
    public static String requireText(Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw value instanceof Undefined missing
                ? missing.error()
                : new JinjaException("A text is needed, not a %s.".formatted(type(value)));
    }

    /** The value as a whole number, or a refusal that names its type. */
    public static long requireInteger(Object value) {
        if (value instanceof Long number) {
            return number;
        } else if (value instanceof Boolean flag) {
            return flag ? 1 : 0;
        }
        throw value instanceof Undefined missing
                ? missing.error()
                : new JinjaException("A whole number is needed, not a %s.".formatted(type(value)));
    }

    /** A number, True and False being 1 and 0. */
    public static Number requireNumber(Object value) {
        return value instanceof Double number ? number : (Number) requireInteger(value);
    }

    /** Whether Python counts with the value. */
    public static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    /** A value that can be the key of a map. */
    public static Object requireKey(Object value) {
        if (value instanceof List || value instanceof Map) {
            throw new JinjaException("A %s cannot be a key.".formatted(type(value)));
        }
        return value;
    }
}
