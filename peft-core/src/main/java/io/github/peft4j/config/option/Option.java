package io.github.peft4j.config.option;

import com.google.common.base.Preconditions;
import io.github.peft4j.json.JsonType;
import io.github.peft4j.json.JsonValues;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One option of a config, stated once: JSON key, type, default, rules and one line of meaning.
 * Reading, writing, checks, equality and the table in the method's page of the documentation follow
 * from it.
 *
 * <p>An option is immutable; each method below returns a changed copy. Two options are the same
 * only if they are one object.
 *
 * @param <T> the Java type of its value
 */
public final class Option<T> {

    private final Object identity;
    private final String key;
    private final JsonType<T> type;
    private final @Nullable T standard;
    private final boolean nullable;
    private final @Nullable T whenNull;
    private final Consumer<T> check;
    private final String meaning;
    private final boolean runs;

    private Option(
            Object identity,
            String key,
            JsonType<T> type,
            @Nullable T standard,
            boolean nullable,
            @Nullable T whenNull,
            Consumer<T> check,
            String meaning,
            boolean runs) {
        this.identity = identity;
        this.key = key;
        this.type = type;
        this.standard = standard;
        this.nullable = nullable;
        this.whenNull = whenNull;
        this.check = check;
        this.meaning = meaning;
        this.runs = runs;
    }

    /** An option that is never null. */
    public static <T> Option<T> of(String key, JsonType<T> type, T standard) {
        return new Option<>(
                new Object(),
                key,
                type,
                type.copy(key, standard),
                false,
                null,
                value -> {},
                "",
                true);
    }

    /** An option that may be null and is by default. */
    public static <T> Option<T> nullable(String key, JsonType<T> type) {
        return new Option<>(new Object(), key, type, null, true, null, value -> {}, "", true);
    }

    /** An integer of 32 bits. */
    public static Option<Integer> integer(String key, int standard) {
        return of(key, JsonType.INTEGER, standard);
    }

    /** {@code true} or {@code false}. */
    public static Option<Boolean> flag(String key, boolean standard) {
        return of(key, JsonType.FLAG, standard);
    }

    /**
     * An integer or a float, written as it was given: PEFT tells {@code 8} and {@code 8.0} apart.
     */
    public static Option<Number> number(String key, Number standard) {
        return of(key, JsonType.NUMBER, JsonValues.freezeNumber(standard));
    }

    /** A string. */
    public static Option<String> string(String key, String standard) {
        return of(key, JsonType.STRING, standard);
    }

    /** A probability of at least 0 and below 1 with which something is dropped in training. */
    public static Option<Number> dropout(String key, Number standard) {
        return number(key, standard)
                .must(
                        value -> value.doubleValue() >= 0 && value.doubleValue() < 1,
                        "a probability of at least 0 and below 1. Pass 0.1, for example, or 0 for"
                                + " none");
    }

    /** Values of single layers by regular expression, in order; JSON null means none. */
    public static <V> Option<Map<String, V>> patterns(String key, JsonType<Map<String, V>> type) {
        return of(key, type, Map.of()).nullAsDefault();
    }

    /**
     * The same option with one more rule.
     *
     * @param rule completes "it must be ...", without the full stop
     */
    public Option<T> must(Predicate<? super T> allowed, String rule) {
        return check(
                value ->
                        Preconditions.checkArgument(
                                allowed.test(value), "%s is %s; it must be %s.", key, value, rule));
    }

    /** The same option with a check that throws its own message. */
    public Option<T> check(Consumer<? super T> more) {
        Consumer<T> both = check.andThen(more);
        return new Option<>(identity, key, type, standard, nullable, whenNull, both, meaning, runs);
    }

    /** The same option, read as its default where JSON has null. */
    public Option<T> nullAsDefault() {
        return new Option<>(identity, key, type, standard, true, standard, check, meaning, runs);
    }

    /** The same option with another default. */
    public Option<T> withDefault(T value) {
        T copy = type.copy(key, value);
        return new Option<>(identity, key, type, copy, nullable, whenNull, check, meaning, runs);
    }

    /** The same option with one line that says what it does, for the documentation. */
    public Option<T> means(String line) {
        return new Option<>(identity, key, type, standard, nullable, whenNull, check, line, runs);
    }

    /** The same option with another form in JSON. */
    public Option<T> as(JsonType<T> other) {
        return new Option<>(
                identity, key, other, standard, nullable, whenNull, check, meaning, runs);
    }

    /** The same option, kept in files by a version that cannot run it. */
    public Option<T> notYetRun() {
        return new Option<>(
                identity, key, type, standard, nullable, whenNull, check, meaning, false);
    }

    /** The key in JSON. */
    public String key() {
        return key;
    }

    /** The type, with its name for texts. */
    public JsonType<T> type() {
        return type;
    }

    /** The value of a config that says nothing, if there is one. */
    public Optional<T> standard() {
        return Optional.ofNullable(standard);
    }

    /** One line that says what it does. */
    public String meaning() {
        return meaning;
    }

    /** Whether this version can run what the option asks for. */
    public boolean runs() {
        return runs;
    }

    /**
     * A value as a config keeps it: immutable and checked.
     *
     * @throws IllegalArgumentException if it breaks a rule; the text names key, value and rule
     */
    @Nullable T accept(@Nullable T value) {
        if (value == null) {
            Preconditions.checkArgument(
                    nullable,
                    "%s is null but must be %s. Set it or leave it out.",
                    key,
                    type.name());
            return standard;
        }
        T kept = type.copy(key, value);
        check.accept(kept);
        return kept;
    }

    /** The value that JSON has under the key. */
    public @Nullable T read(@Nullable Object json) {
        return json == null && nullable ? whenNull : type.convert(key, json);
    }

    /** A value of this option as JSON. */
    @Nullable Object write(@Nullable Object value) {
        @SuppressWarnings("unchecked") // the values of a config are kept by their option
        T typed = (T) value;
        return typed == null ? null : type.toJson(typed);
    }

    /** Whether a value asks for something, as Python's truth has it: set and not empty. */
    public static boolean isTruthy(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return !map.isEmpty();
        }
        if (value instanceof Collection<?> items) {
            return !items.isEmpty();
        }
        return value != null && !Boolean.FALSE.equals(value);
    }

    @Override
    public String toString() {
        return key;
    }

    /** Whether one was made from the other, with another default, rule or meaning for a method. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Option<?> that && identity == that.identity;
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }
}
