package io.github.peft4j.task.chat.internal.jinja.operation;

import io.github.peft4j.task.chat.internal.jinja.value.Budget;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.PythonText;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code 'a %s' % value}: s, r, d, i, f, e, x and %%, with width and precision. */
final class PercentFormat {

    private static final Pattern PLACE =
            Pattern.compile("%([-+0 ]*)([0-9]{0,3})(\\.[0-9]{1,3})?([a-zA-Z%])");

    /** What a place costs, beside its characters. */
    private static final int PLACE_COST = 64;

    private PercentFormat() {}

    static String format(String format, Object values, Budget budget) {
        List<?> all = values instanceof List<?> list ? list : List.of(values);
        Text text = new Text(budget);
        Matcher place = PLACE.matcher(format);
        int copied = 0;
        int next = 0;
        while (place.find()) {
            budget.spend(PLACE_COST);
            text.append(format.substring(copied, place.start()));
            copied = place.end();
            if (place.group(4).equals("%")) {
                text.append('%');
            } else if (next == all.size()) {
                throw new JinjaException(
                        "'%s' asks for more values than %d.".formatted(format, next));
            } else {
                text.append(shown(place, all.get(next++), budget));
            }
        }
        if (next < all.size()) {
            throw new JinjaException(
                    "'%s' asks for %d values of %d.".formatted(format, next, all.size()));
        }
        return text.append(format.substring(copied)).toString();
    }

    private static String shown(Matcher place, Object value, Budget budget) {
        String flags = place.group(1);
        String width = place.group(2);
        String precision = place.group(3) == null ? "" : place.group(3);
        String type = place.group(4);
        return switch (type) {
            case "s", "r" -> {
                String shown =
                        type.equals("s")
                                ? PythonText.str(value, budget)
                                : PythonText.repr(value, budget);
                String alignment = flags.contains("-") && !width.isEmpty() ? "-" : "";
                yield String.format(Locale.ROOT, "%" + alignment + width + precision + "s", shown);
            }
            case "d", "i", "x" -> {
                long number = Values.requireNumber(value).longValue();
                String letter = type.equals("x") ? "x" : "d";
                yield String.format(Locale.ROOT, "%" + flags + width + letter, number);
            }
            case "f", "e" -> {
                double number = Values.requireNumber(value).doubleValue();
                yield String.format(Locale.ROOT, "%" + flags + width + precision + type, number);
            }
            default ->
                    throw new JinjaException("Format '%s' is not known.".formatted(place.group()));
        };
    }
}
