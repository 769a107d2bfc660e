package io.github.peft4j.task.chat.internal.jinja.operation;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import io.github.peft4j.task.chat.internal.jinja.value.Arguments;
import io.github.peft4j.task.chat.internal.jinja.value.Function;
import io.github.peft4j.task.chat.internal.jinja.value.JinjaException;
import io.github.peft4j.task.chat.internal.jinja.value.Namespace;
import io.github.peft4j.task.chat.internal.jinja.value.PythonText;
import io.github.peft4j.task.chat.internal.jinja.value.Values;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** The functions that every template can call. */
public final class Globals {

    private static final int LONGEST_RANGE = 100_000;

    private Globals() {}

    /** The functions of every template, with the time of a clock. */
    public static ImmutableMap<String, Object> at(Clock clock) {
        return ImmutableMap.of(
                "range", (Function) Globals::range,
                "dict", (Function) Globals::dict,
                "namespace", (Function) Globals::namespace,
                "raise_exception", (Function) Globals::raise,
                "strftime_now", (Function) arguments -> now(arguments, clock));
    }

    private static Object range(Arguments arguments) {
        List<Object> given = arguments.positional();
        arguments.bind("start", "stop", "step");
        if (given.isEmpty()) {
            throw new JinjaException("range needs a number.");
        }
        long start = given.size() == 1 ? 0 : Values.requireInteger(given.get(0));
        long stop = Values.requireInteger(given.get(given.size() == 1 ? 0 : 1));
        long step = given.size() == 3 ? Values.requireInteger(given.get(2)) : 1;
        if (step == 0) {
            throw new JinjaException("A range cannot have step 0.");
        }
        double size = Math.max(0, Math.ceil(((double) stop - start) / step));
        if (size > LONGEST_RANGE) {
            throw new JinjaException(
                    "A range of %.0f numbers is too long; %d are allowed."
                            .formatted(size, LONGEST_RANGE));
        }
        arguments.budget().items((long) size);
        return LongStream.range(0, Ints.saturatedCast((long) size))
                .<Object>mapToObj(i -> start + i * step)
                .collect(ImmutableList.toImmutableList());
    }

    /** Entries of a map or pairs, then those named. */
    private static Map<Object, Object> entries(Arguments arguments) {
        Map<Object, Object> entries = new LinkedHashMap<>();
        if (arguments.positional().size() > 1) {
            throw new JinjaException("Only one map can be copied here.");
        }
        for (Object source : arguments.positional()) {
            List<Object> pairs =
                    source instanceof Map<?, ?> map
                            ? CollectionMethods.pairs(map)
                            : Values.items(source, arguments.budget());
            for (Object pair : pairs) {
                List<Object> two = Values.items(pair, arguments.budget());
                if (two.size() != 2) {
                    throw new JinjaException("A dict is made of pairs.");
                }
                entries.put(Values.requireKey(two.get(0)), two.get(1));
            }
        }
        entries.putAll(arguments.named());
        arguments.budget().items(entries.size());
        return entries;
    }

    private static Object dict(Arguments arguments) {
        return entries(arguments);
    }

    private static Object namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        entries(arguments).forEach((name, value) -> namespace.set(Values.requireText(name), value));
        return namespace;
    }

    private static Object raise(Arguments arguments) {
        Object message = arguments.bind("message").get("message");
        throw JinjaException.raised(PythonText.str(message, arguments.budget()));
    }

    private static Object now(Arguments arguments, Clock clock) {
        String format = Values.requireText(arguments.bind("format").get("format"));
        arguments.budget().chars(format.length());
        return Strftime.format(format, ZonedDateTime.now(clock), arguments.budget());
    }
}
