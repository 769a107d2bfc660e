package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.collect.Ordering;
import io.github.peft4j.json.PythonJson;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.None;
import io.github.peft4j.task.chat.internal.jinja.value.Text;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** JSON as Python's {@code json.dumps} writes it, which is what {@code tojson} gives. */
final class JsonText {

    private final Text out;
    private final String itemSeparator;
    private final String keySeparator;
    private final Object indent;
    private final boolean sorted;
    private final boolean ascii;

    private JsonText(Arguments given) {
        out = new Text(given.budget());
        indent = given.get("indent", None.NONE);
        sorted = given.flag("sort_keys", false);
        ascii = given.flag("ensure_ascii", false);
        Object separators = given.get("separators", None.NONE);
        if (separators instanceof List<?> pair && pair.size() == 2) {
            itemSeparator = Values.requireText(pair.get(0));
            keySeparator = Values.requireText(pair.get(1));
        } else {
            itemSeparator = indent instanceof None ? ", " : ",";
            keySeparator = ": ";
        }
    }

    static String of(Object value, Arguments arguments) {
        JsonText json =
                new JsonText(arguments.bind("ensure_ascii", "indent", "separators", "sort_keys"));
        json.write(value, 0);
        return json.out.toString();
    }

    private void write(Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            object(map, depth);
        } else if (value instanceof List<?> list) {
            out.append('[');
            Iterator<?> rest = list.iterator();
            while (rest.hasNext()) {
                newLine(depth + 1);
                write(rest.next(), depth + 1);
                out.append(rest.hasNext() ? itemSeparator : "");
            }
            newLine(list.isEmpty() ? -1 : depth);
            out.append(']');
        } else if (value instanceof String text) {
            out.append(PythonJson.quote(text, ascii));
        } else {
            out.append(scalar(value));
        }
    }

    private void object(Map<?, ?> map, int depth) {
        List<? extends Map.Entry<?, ?>> entries = List.copyOf(map.entrySet());
        if (sorted) {
            entries =
                    Ordering.natural()
                            .<Map.Entry<?, ?>>onResultOf(entry -> key(entry.getKey()))
                            .sortedCopy(entries);
        }
        out.append('{');
        Iterator<? extends Map.Entry<?, ?>> rest = entries.iterator();
        while (rest.hasNext()) {
            Map.Entry<?, ?> entry = rest.next();
            newLine(depth + 1);
            out.append(PythonJson.quote(key(entry.getKey()), ascii));
            out.append(keySeparator);
            write(entry.getValue(), depth + 1);
            out.append(rest.hasNext() ? itemSeparator : "");
        }
        newLine(map.isEmpty() ? -1 : depth);
        out.append('}');
    }

    private static String key(Object key) {
        return key instanceof String text ? text : scalar(key);
    }

    private static String scalar(Object value) {
        if (value instanceof None) {
            return "null";
        } else if (value instanceof Boolean || value instanceof Long) {
            return value.toString();
        } else if (value instanceof Double number) {
            return PythonJson.repr(number);
        }
        throw new JinjaException("A value of type %s has no JSON.".formatted(Values.type(value)));
    }

    private void newLine(int depth) {
        if (!(indent instanceof None) && depth >= 0) {
            String step =
                    indent instanceof String text
                            ? text
                            : " "
                                    .repeat(
                                            (int)
                                                    Math.max(
                                                            0,
                                                            Math.min(
                                                                    40,
                                                                    Values.requireInteger(
                                                                            indent))));
            out.append('\n');
            for (int i = 0; i < depth; i++) {
                out.append(step);
            }
        }
    }
}
