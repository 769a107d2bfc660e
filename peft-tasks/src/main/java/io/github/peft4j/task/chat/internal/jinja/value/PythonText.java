package io.github.peft4j.task.chat.internal.jinja.value;

import com.google.common.base.CharMatcher;
import io.github.peft4j.json.PythonJson;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Values as Python prints them. */
public final class PythonText {

    /** What Python takes for white space. */
    public static final CharMatcher SPACE =
            CharMatcher.whitespace().or(CharMatcher.inRange('\u001c', '\u001f')).precomputed();

    private PythonText() {}

    /** {@code str(value)}, and nothing for what is undefined. */
    public static String str(Object value, Budget budget) {
        if (value instanceof String text) {
            return text;
        }
        return value instanceof Undefined ? "" : repr(value, budget);
    }

    /** {@code repr(value)}. */
    public static String repr(Object value, Budget budget) {
        budget.spend(16);
        Text text = new Text(budget);
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, Text out) {
        if (value instanceof String text) {
            quote(text, out);
        } else if (value instanceof Boolean flag) {
            out.append(flag ? "True" : "False");
        } else if (value instanceof None) {
            out.append("None");
        } else if (value instanceof Double number) {
            out.append(number(number));
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else if (value instanceof List<?> list) {
            boolean tuple = value instanceof Tuple;
            out.append(tuple ? '(' : '[');
            for (Iterator<?> rest = list.iterator(); rest.hasNext(); ) {
                write(rest.next(), out);
                out.append(rest.hasNext() ? ", " : "");
            }
            out.append(tuple && list.size() == 1 ? "," : "").append(tuple ? ')' : ']');
        } else if (value instanceof Map<?, ?> map) {
            out.append('{');
            for (Iterator<? extends Map.Entry<?, ?>> rest = map.entrySet().iterator();
                    rest.hasNext(); ) {
                Map.Entry<?, ?> entry = rest.next();
                write(entry.getKey(), out);
                out.append(": ");
                write(entry.getValue(), out);
                out.append(rest.hasNext() ? ", " : "");
            }
            out.append('}');
        } else {
            out.append(value instanceof Long ? value.toString() : "<" + Values.type(value) + ">");
        }
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        return Double.isInfinite(value) ? (value > 0 ? "inf" : "-inf") : PythonJson.repr(value);
    }

    private static void quote(String text, Text out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints()
                .forEach(
                        c -> {
                            if (c == quote || c == '\\') {
                                out.append('\\').append((char) c);
                            } else if (c == '\n') {
                                out.append("\\n");
                            } else if (c == '\r') {
                                out.append("\\r");
                            } else if (c == '\t') {
                                out.append("\\t");
                            } else if (isPrintable(c)) {
                                out.append(Character.toString(c));
                            } else {
                                String form =
                                        c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
                                out.append(String.format(Locale.ROOT, form, c));
                            }
                        });
        out.append(quote);
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
