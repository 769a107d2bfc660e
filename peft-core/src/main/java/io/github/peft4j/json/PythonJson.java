package io.github.peft4j.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON as Python's {@code json.dumps(value, indent=2, sort_keys=True)} does: sorted keys,
 * ASCII only, the shortest decimals that give a float back.
 */
public final class PythonJson {

    private final StringBuilder out = new StringBuilder();

    private PythonJson() {}

    /** The text of a {@link JsonValues JSON value}. */
    public static String write(@Nullable Object value) {
        PythonJson writer = new PythonJson();
        writer.value(value, 0);
        return writer.out.toString();
    }

    private void value(@Nullable Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            object(map, depth);
        } else if (value instanceof Collection<?> items) {
            array(items, depth);
        } else if (value instanceof String text) {
            string(text);
        } else if (value instanceof Double number) {
            out.append(repr(number));
        } else {
            out.append(value);
        }
    }

    private void object(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            out.append("{}");
            return;
        }
        Map<String, @Nullable Object> sorted = new TreeMap<>(PythonJson::compareCodePoints);
        map.forEach((key, item) -> sorted.put((String) key, item));
        out.append('{');
        Iterator<String> keys = sorted.keySet().iterator();
        while (keys.hasNext()) {
            String key = keys.next();
            newLine(depth + 1);
            string(key);
            out.append(": ");
            value(sorted.get(key), depth + 1);
            out.append(keys.hasNext() ? "," : "");
        }
        newLine(depth);
        out.append('}');
    }

    private void array(Collection<?> items, int depth) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        Iterator<?> rest = items.iterator();
        while (rest.hasNext()) {
            newLine(depth + 1);
            value(rest.next(), depth + 1);
            out.append(rest.hasNext() ? "," : "");
        }
        newLine(depth);
        out.append(']');
    }

    private void newLine(int depth) {
        out.append('\n').append("  ".repeat(depth));
    }

    private void string(String text) {
        out.append(quote(text, true));
    }

    /**
     * A string in quotes.
     *
     * @param ascii whether characters outside of ASCII are escaped
     */
    public static String quote(String text, boolean ascii) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\f' -> quoted.append("\\f");
                case '\b' -> quoted.append("\\b");
                default -> {
                    if (c < ' ' || (ascii && c > '~')) {
                        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    private static int compareCodePoints(String left, String right) {
        int[] a = left.codePoints().toArray();
        int[] b = right.codePoints().toArray();
        return java.util.Arrays.compare(a, b);
    }

    /** A float as Python prints it: {@code 0.0}, {@code 1e-05}, {@code 11.313708498984761}. */
    public static String repr(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "Infinity" : "-Infinity";
        }
        String sign = Math.copySign(1.0, value) < 0 ? "-" : "";
        return value == 0 ? sign + "0.0" : sign + positive(Math.abs(value));
    }

    private static String positive(double value) {
        BigDecimal shortest = shortest(value);
        String digits = shortest.unscaledValue().toString();
        int exponent = digits.length() - 1 - shortest.scale();
        if (exponent >= 16 || exponent < -4) {
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            String power = String.format(Locale.ROOT, "%02d", Math.abs(exponent));
            return digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+") + power;
        }
        String plain = shortest.toPlainString();
        return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }

    /** The decimal with fewest digits that reads back as the value; of several the closest. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int digits = 1; digits < 17; digits++) {
            List<BigDecimal> candidates = new ArrayList<>();
            for (RoundingMode mode :
                    List.of(RoundingMode.HALF_EVEN, RoundingMode.DOWN, RoundingMode.UP)) {
                BigDecimal candidate = exact.round(new MathContext(digits, mode));
                if (candidate.doubleValue() == value) {
                    candidates.add(candidate);
                }
            }
            if (!candidates.isEmpty()) {
                // The half-even one comes first: nearest, unless it reads back as a neighbour.
                return candidates.get(0).stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }
}
