package io.github.peft4j.task.internal;

import io.github.peft4j.config.option.ConfigReader;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.exception.UnsupportedFeatureException;
import io.github.peft4j.json.JsonReasons;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Options under Hugging Face's keys. Unlike PEFT, its trainer and its generation take 3.0 for 3, so
 * whole numbers are read from either.
 */
public final class TaskOptions {

    /** A whole number that fits 32 bits. */
    public static final JsonType<Integer> WHOLE =
            JsonType.of(
                    "a whole number",
                    json ->
                            whole(json)
                                    .filter(number -> number.intValue() == number)
                                    .map(Long::intValue),
                    number -> number);

    /** A whole number that fits 64 bits. */
    public static final JsonType<Long> LONG =
            JsonType.of("a whole number", TaskOptions::whole, number -> number);

    /** A number. */
    public static final JsonType<Double> DECIMAL =
            JsonType.of(
                    "a number",
                    json ->
                            json instanceof Number number
                                    ? Optional.of(number.doubleValue())
                                    : Optional.empty(),
                    number -> number);

    private static final JsonType<Object> ANY =
            JsonType.of("any value", Optional::of, value -> value);

    private TaskOptions() {}

    private static Optional<Long> whole(Object json) {
        if (json instanceof Long number) {
            return Optional.of(number);
        }
        return json instanceof Double number
                        && number == Math.rint(number)
                        && Math.abs(number) <= 1L << 53
                ? Optional.of(number.longValue())
                : Optional.empty();
    }

    /** A whole number with a least value. */
    public static Option<Integer> atLeast(int least, String key, int standard, String cure) {
        return Option.of(key, WHOLE, standard)
                .must(value -> value >= least, "at least " + least + ". " + cure);
    }

    /** A finite number with a rule. */
    public static Option<Double> finite(
            String key, double standard, DoublePredicate allowed, String rule) {
        Predicate<Double> holds = value -> Double.isFinite(value) && allowed.test(value);
        return Option.of(key, DECIMAL, standard).must(holds, rule);
    }

    /**
     * An option that Hugging Face has and this version does not.
     *
     * @param neutral Hugging Face's default, which asks for nothing
     */
    public static Option<?> lacking(String key, @Nullable Object neutral) {
        if (neutral == null) {
            return Option.nullable(key, ANY).notYetRun();
        }
        Object kept = Objects.requireNonNull(JsonValues.freeze(neutral));
        JsonType<Object> any =
                JsonType.of(
                        ANY.name(),
                        json -> Optional.of(isNeutral(kept, json) ? kept : json),
                        value -> value);
        return Option.of(key, any, kept).nullAsDefault().notYetRun();
    }

    /** The keys, in the table's order, that are set to more than their default. */
    public static List<String> asked(OptionTable table, Map<String, ?> json) {
        return table.options().stream()
                .filter(
                        option ->
                                !isNeutral(option.standard().orElse(null), json.get(option.key())))
                .map(Option::key)
                .toList();
    }

    private static boolean isNeutral(@Nullable Object standard, @Nullable Object value) {
        if (value instanceof Number number) {
            return standard instanceof Number other && other.doubleValue() == number.doubleValue();
        }
        return value == null
                || value.equals("")
                || value.equals(standard)
                || (value instanceof Collection<?> items && items.isEmpty());
    }

    /**
     * Refuses options that this version lacks.
     *
     * @param source where the values stand, as " in file", or nothing
     * @param purpose what is done without the option, e.g. "generate"
     * @throws UnsupportedFeatureException if one is set to more than its default
     */
    public static void requireNone(
            OptionTable lacking, Map<String, ?> json, String source, String purpose) {
        for (String key : asked(lacking, json)) {
            throw new UnsupportedFeatureException(
                    "%s is %s%s, but this version does not have it. Remove it to %s without."
                            .formatted(key, JsonReasons.shown(json.get(key)), source, purpose));
        }
    }

    /**
     * The values that a table's options have in an object; other keys are not looked at.
     *
     * @throws IllegalArgumentException if a value is of another type
     */
    public static Map<Option<?>, @Nullable Object> read(OptionTable table, Map<String, ?> json) {
        Map<String, @Nullable Object> known = new LinkedHashMap<>(json);
        known.keySet().removeIf(key -> table.option(key).isEmpty());
        return table.read(new ConfigReader(known));
    }

    /** The keys that stand in none of the tables, sorted. */
    public static List<String> unknown(Map<String, ?> json, OptionTable... tables) {
        return json.keySet().stream()
                .filter(key -> Stream.of(tables).allMatch(table -> table.option(key).isEmpty()))
                .sorted()
                .toList();
    }

    /** The values that differ from their defaults under their keys, as JSON. */
    public static Map<String, @Nullable Object> changed(OptionTable table, OptionValues values) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        Map<String, @Nullable Object> all = values.toMap();
        for (Option<?> option : table.options()) {
            if (!Objects.equals(values.find(option), option.standard().orElse(null))) {
                json.put(option.key(), all.get(option.key()));
            }
        }
        return json;
    }
}
